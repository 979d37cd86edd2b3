package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestLocalFiles {

  @TempDir private Path folder;

  private final RawLocalFileSystem files = new RawLocalFileSystem();

  @Test
  void namesThatAreNoTextAreToldApartAndFoundAgain() throws IOException {
    files.initialize(URI.create("file:///"), new org.apache.hadoop.conf.Configuration(false));
    for (String name : List.of("gr%F6.jpg", "gr%E4.jpg", "gr%C3%B6%FF%20%25.jpg", "%F6%C3%B6")) {
      Path file = Path.of(URI.create(folder.toUri() + name));
      Files.writeString(file, name);

      String text = LocalFiles.name(file);

      assertThat(LocalFiles.of(files, hadoop(text)).orElseThrow()).hasContent(name);
    }
    assertThat(LocalFiles.name(Path.of(URI.create(folder.toUri() + "gr%F6.jpg"))))
        .isEqualTo("gr\\xF6.jpg");
    assertThat(LocalFiles.name(Path.of(URI.create(folder.toUri() + "gr%C3%B6%FF%20%25.jpg"))))
        .isEqualTo("grö\\xFF %.jpg");
  }

  @Test
  void namesThatOnlyLookLikeBytesAreThemselves() throws IOException {
    files.initialize(URI.create("file:///"), new org.apache.hadoop.conf.Configuration(false));
    Path file = Files.writeString(folder.resolve("back\\xF6.jpg"), "literal");

    assertThat(LocalFiles.name(file)).isEqualTo("back\\xF6.jpg");
    assertThat(LocalFiles.of(files, hadoop("back\\xF6.jpg")).orElseThrow()).hasContent("literal");
  }

  private org.apache.hadoop.fs.Path hadoop(String name) {
    return new org.apache.hadoop.fs.Path(
        new org.apache.hadoop.fs.Path(folder.toString()),
        new org.apache.hadoop.fs.Path(null, null, name));
  }
}
