package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.preflight.Finding.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestProbeFolder {

  private final Configuration hadoop = new Configuration(false);

  @TempDir private Path folder;

  @Test
  void foldersThatItMadeGoWithIt() throws IOException {
    Path probe = folder.resolve("a/labels/_boxmill/staged/probe");
    try (ProbeFolder made = make(probe)) {
      assertThat(made.shared().probe(hadoop).outcome()).isEqualTo(Outcome.OK);
      assertThat(probe).isNotEmptyDirectory();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void foldersThatWereThereOrAreUsedStay() throws IOException {
    Files.createDirectory(folder.resolve("old"));
    try (ProbeFolder made = make(folder.resolve("old/new/probe"))) {
      Files.writeString(folder.resolve("old/new/another's"), "mine");
      assertThat(made.inside("x").getName()).isEqualTo("x");
    }
    assertThat(folder.resolve("old/new/another's")).exists();
    Files.delete(folder.resolve("old/new/another's"));
    make(folder.resolve("old/new/probe")).close();
    assertThat(folder.resolve("old/new")).exists();
  }

  @Test
  void aFolderThatCannotBeMadeLeavesNothing() throws IOException {
    Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> make(folder.resolve("file/labels/probe")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("file").toString());
    assertThat(folder.resolve("file")).isEmptyFile();
  }

  @Test
  void nothingIsWrittenWhereTheDriversMarkIsMissing() throws IOException {
    SharedFolder elsewhere = new SharedFolder("file://" + folder.resolve("other"), "token");

    Finding found = elsewhere.probe(hadoop);

    assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(found.what()).isEqualTo("Cannot use the output's folder: it does not exist");
    assertThat(found.remedy()).startsWith("driver and executors must see and may write one folder");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anothersMarkIsNotTheDrivers() throws IOException {
    Files.writeString(folder.resolve(SharedFolder.MARK), "another");

    assertThat(new SharedFolder("file://" + folder, "token").probe(hadoop).what())
        .isEqualTo(
            "Cannot use the output's folder: what the driver wrote there is not what is read");
  }

  private ProbeFolder make(Path path) throws IOException {
    return ProbeFolder.make(new org.apache.hadoop.fs.Path("file://" + path), hadoop);
  }
}
