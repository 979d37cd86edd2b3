package dev.boxmill.job.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestWebFile {

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", TestWebFile::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** Answers with what was asked for, or as the path says. */
  private static void answer(HttpExchange asked) throws IOException {
    String path = asked.getRequestURI().getPath();
    byte[] body = asked.getRequestURI().toString().getBytes(UTF_8);
    if (path.startsWith("/to/")) {
      asked.getResponseHeaders().add("Location", path.substring("/to".length()));
      asked.sendResponseHeaders(302, -1);
    } else if (path.startsWith("/round/")) {
      asked.getResponseHeaders().add("Location", path);
      asked.sendResponseHeaders(301, -1);
    } else if (path.startsWith("/away/")) {
      asked.getResponseHeaders().add("Location", "file:///etc/passwd");
      asked.sendResponseHeaders(302, -1);
    } else if (path.startsWith("/status/")) {
      asked.sendResponseHeaders(Integer.parseInt(path.substring("/status/".length())), -1);
    } else {
      asked.sendResponseHeaders(200, body.length + (path.startsWith("/short/") ? 10 : 0));
      asked.getResponseBody().write(body);
    }
    asked.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "/a%20b.jpg > /a%20b.jpg",
        "/a b.jpg?page=1 2 > /a%20b.jpg?page=1%202",
        "/50%.jpg > /50%25.jpg",
        "/größe.jpg > /gr%C3%B6%C3%9Fe.jpg",
        "/a//b/?u=https://x//y > /a//b/?u=https://x//y",
        "/a[1].jpg#part > /a%5B1%5D.jpg",
        "/to/b.jpg > /b.jpg",
        "'' > /"
      })
  void addressIsAskedForAsItIsWritten(String written, String asked) throws IOException {
    assertThat(read(written.strip(), "")).isEqualTo(asked.strip());
  }

  @Test
  void signatureIsSentAsItWasGiven() throws IOException {
    assertThat(read("/a%20b.jpg?size=9", "size=9&X-Amz-Signature=a%2Bb+c"))
        .isEqualTo("/a%20b.jpg?size=9&X-Amz-Signature=a%2Bb+c");
  }

  @Test
  void missingFileIsOneThatDoesNotExist() {
    assertThatThrownBy(() -> read("/status/404", "")).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void oldSignatureIsNamedAsTheReasonAndNotShown() {
    assertThatThrownBy(() -> read("/status/403", "X-Amz-Signature=SECRET"))
        .isInstanceOf(NotReadableException.class)
        .hasMessage("permission denied (HTTP 403: its signature may have expired)");
    assertThatThrownBy(() -> read("/status/403", ""))
        .hasMessage(
            "permission denied (HTTP 403: no table keeps a signature; where one is needed, label"
                + " --retry-failed with a list of freshly signed addresses reads it, and commands"
                + " without a list can't)");
  }

  @Test
  void hostThatFaltersMayBeAskedAgain() {
    assertThatThrownBy(() -> read("/status/503", ""))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NotReadableException.class)
        .hasMessage("its host answers HTTP 503");
    assertThatThrownBy(() -> read("/status/400", "")).isInstanceOf(NotReadableException.class);
  }

  @Test
  void contentThatBreaksOffIsNotTakenForWhole() {
    assertThatThrownBy(() -> read("/short/a", ""))
        .isInstanceOf(EOFException.class)
        .hasMessage("it ends after 8 of 18 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/round/a", "/away/a"})
  void redirectsAreFollowedToFilesOnTheWebAndNotForEver(String path) {
    assertThatThrownBy(() -> read(path, "token=SECRET"))
        .isInstanceOf(NotReadableException.class)
        .hasMessageStartingWith("its address leads ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http:///a.jpg", "http://", "http://h:x/a"})
  void addressThatIsNoneIsNotRepeated(String uri) {
    assertThatThrownBy(() -> WebFile.open(new SignedAddress(uri, "token=SECRET")))
        .isInstanceOf(NotReadableException.class)
        .hasMessage("its address is no HTTP address");
  }

  private String read(String path, String signedQuery) throws IOException {
    String uri = "http://localhost:" + server.getAddress().getPort() + path;
    try (InputStream file = WebFile.open(new SignedAddress(uri, signedQuery))) {
      return new String(file.readAllBytes(), UTF_8);
    }
  }
}
