package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestWrittenAddress {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "file:///no/a%20b%23.jpg file:///no/a+b#.jpg",
        "file:///no/gr%C3%B6n.jpg file:///no/grön.jpg",
        "file:///no/gr%F6n.jpg file:///no/gr\\xF6n.jpg",
        "file:///no/50%.jpg file:///no/50%.jpg",
        "file:///no/a%00.jpg file:///no/a%00.jpg",
        "file://localhost/no/a.jpg file:///no/a.jpg",
        "FILE:///no/a.jpg file:///no/a.jpg",
        "HTTPS://host/A.jpg https://host/A.jpg",
        "https://host/a%20b.jpg#part https://host/a%20b.jpg",
        "s3://lake/a%20b.jpg s3a://lake/a%20b.jpg",
        "s3a://lake/a%20b.jpg s3a://lake/a%20b.jpg",
        "photos/a%20b.jpg photos/a%20b.jpg",
        "https://anna:SECRET@host/a.jpg https://***@host/a.jpg",
        "https://an@na:p@SECRET@host/a@b.jpg https://***@host/a@b.jpg",
        "s3a://AKIA:12/SECRET@lake/a@b.jpg s3a://***@lake/a@b.jpg",
        "s3a://AKIA%3ASECRET%40lake/a.jpg s3a://***@lake/a.jpg",
        "s3a://AKIA:SECRET/a.jpg s3a://***@…"
      })
  void isNamedAsTheTableNamesIt(String written, String uri) {
    assertThat(of(written)).isEqualTo(uri.replace('+', ' '));
  }

  @Test
  void fileThatIsThereAsItIsWrittenKeepsItsName() throws IOException {
    Files.writeString(folder.resolve("a%20b.jpg"), "");
    Files.writeString(folder.resolve("c d.jpg"), "");
    String uri = "file://" + folder;

    assertThat(of(uri + "/a%20b.jpg")).isEqualTo(uri + "/a%20b.jpg");
    assertThat(of(uri + "/c%20d.jpg")).isEqualTo(uri + "/c d.jpg");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C:\\photos\\a.jpg", "d:/photos/a.jpg", "\\\\server\\share\\a.jpg"})
  void pathsOfWindowsAreNamedAsSuch(String text) {
    assertThat(WrittenAddress.problem(of(text)))
        .hasValue("it is a path of Windows (write paths as this machine has them)");
  }

  @Test
  void dataIsNoAddress() {
    String data = "data:image/png;base64," + "A".repeat(10_000);

    assertThat(of(data)).hasSizeLessThan(200).isNotEqualTo(of(data + "B"));
    assertThat(WrittenAddress.problem(of(data))).isPresent();
  }

  @Test
  void otherAddressesMayBeRead() {
    for (String text : new String[] {"a\\b.jpg", "c:d.jpg", "https://h/a.jpg", "s3a://l/a@b"}) {
      assertThat(WrittenAddress.problem(of(text))).isEmpty();
    }
  }

  private static String of(String text) {
    return new WrittenAddress(new Configuration()).of(text).uri();
  }
}
