package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestOutputFile {

  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  @Test
  void foldersAreMadeAndOldContentIsReplaced() throws IOException {
    Path file = folder.resolve("new/deep/numbers.json");
    OutputFile output = OutputFile.claim(file.toString(), HADOOP);
    assertThat(folder.resolve("new")).doesNotExist();

    output.write(stream -> stream.write(new byte[] {1, 2}));
    output.write(stream -> stream.write(3));

    assertThat(file).hasBinaryContent(new byte[] {3});
    assertThat(file.getParent().toFile().list()).containsExactly("numbers.json");
  }

  @Test
  void whatCannotBeAFileIsRefusedBeforeTheWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertRefused(folder.toString(), "it is a folder");
    assertRefused(file + "/numbers.json", "file://" + file + " is a file, no folder");
    assertRefused("nosuch://x/numbers.json", "no filesystem here serves its scheme");
  }

  @Test
  void linkIsWrittenThrough() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);

    OutputFile.claim(link.toString(), HADOOP).write(stream -> stream.write('n'));

    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("n");
  }

  private static void assertRefused(String output, String reason) {
    assertThatThrownBy(() -> OutputFile.claim(output, HADOOP))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Cannot write " + output + ": " + reason + " (name a file that can be made)");
  }
}
