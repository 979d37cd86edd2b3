package dev.boxmill.job.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.session.TestingLabeler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of addresses whose signatures expire. */
final class TestSignedLists {

  @TempDir Path folder;

  private HttpServer host;
  private volatile String valid = "X-Amz-Signature=SECRET1";

  @BeforeEach
  void serve() throws IOException {
    host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    host.createContext("/", this::answer);
    host.start();
  }

  @AfterEach
  void stop() {
    host.stop(0);
  }

  private void answer(HttpExchange asked) throws IOException {
    byte[] picture = TestingLabeler.picture(10, 20);
    if (valid.equals(asked.getRequestURI().getRawQuery())) {
      asked.sendResponseHeaders(200, picture.length);
      asked.getResponseBody().write(picture);
    } else {
      asked.sendResponseHeaders(403, -1);
    }
    asked.close();
  }

  @Test
  void signaturesOpenImagesAndAreKeptNowhere() throws IOException {
    list("a%20b.jpg?X-Amz-Signature=SECRET1", "c.jpg?X-Amz-Signature=SECRET0");

    TestingOutcome first = label().run();

    assertThat(first.summary()).contains("2 images: 1 labeled, 1 failed (storage 1)");
    assertThat(rows()).extracting(row -> row.getString(0)).containsExactly(uri("a%20b"), uri("c"));
    assertThat(rows().get(1).<String>getAs("error_message"))
        .isEqualTo(
            "Cannot read "
                + uri("c")
                + ": permission denied (HTTP 403: its signature may have expired)");
    assertKeptNowhere(first);
  }

  @Test
  void freshSignaturesMakeNoNewImages() throws IOException {
    list("a.jpg?X-Amz-Signature=SECRET1", "a.jpg?X-Amz-Signature=SECRET1", "c.jpg");
    assertThat(label().run().summary()).contains("2 images: 1 labeled, 1 failed");
    valid = "X-Amz-Signature=SECRET2";
    list("a.jpg?X-Amz-Signature=SECRET2", "c.jpg?X-Amz-Signature=SECRET2");

    TestingOutcome again = label().run();
    assertThat(again.summary()).contains("2 images: 1 labeled, 1 failed");

    TestingOutcome retried = label().retryingFailed().run();
    assertThat(retried.summary()).contains("2 images: 2 labeled, 0 failed");
    assertThat(rows()).extracting(row -> row.getString(0)).containsExactly(uri("a"), uri("c"));
    assertKeptNowhere(retried);
  }

  @Test
  void retryGoesOnWithoutAListThatIsGone() throws IOException {
    list("a.jpg");
    label().run();
    Files.delete(folder.resolve("list.csv"));

    TestingOutcome retried = label().retryingFailed().run();

    assertThat(retried.summary()).contains("1 image: 0 labeled, 1 failed");
    assertThat(retried.console()).contains("it does not exist (check the path): retrying without");
  }

  private TestingRun label() {
    return TestingRun.of(folder.resolve("labels"), folder.resolve("list.csv")).mayFail(1);
  }

  private void list(String... names) throws IOException {
    StringBuilder list = new StringBuilder("id,url\n");
    for (String name : names) {
      list.append("1,").append(address(name)).append('\n');
    }
    Files.writeString(folder.resolve("list.csv"), list);
  }

  private String uri(String name) {
    return address(name + ".jpg");
  }

  private String address(String name) {
    return "http://localhost:" + host.getAddress().getPort() + "/" + name;
  }

  private List<Row> rows() {
    return TestingSpark.session()
        .read()
        .parquet(folder.resolve("labels").toString())
        .orderBy("image_uri")
        .collectAsList();
  }

  private void assertKeptNowhere(TestingOutcome run) throws IOException {
    String report = new String(run.report().json(), ISO_8859_1);
    assertThat(run.console() + run.summary() + report + rows()).doesNotContain("SECRET");
    try (Stream<Path> files = Files.walk(folder.resolve("labels"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(content(file)).as(file.toString()).doesNotContain("SECRET");
      }
    }
  }

  private static String content(Path file) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return Files.readString(file, ISO_8859_1);
    }
    try (InputStream unpacked = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(unpacked.readAllBytes(), ISO_8859_1);
    }
  }
}
