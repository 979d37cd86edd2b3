package dev.boxmill.job.table;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestOutputFolder {

  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();
  private OutputFolder output;
  private Path built;

  @BeforeEach
  void replaceLabels() throws IOException {
    Files.createDirectories(folder.resolve("labels/_boxmill"));
    Files.writeString(folder.resolve("labels/_boxmill/metrics.json"), "old");
    output =
        OutputFolder.claim(
            folder.resolve("labels").toString(), ExistingLabels.REPLACE, faultyDisk());
    built = Path.of(output.table().toUri().getPath());
    Files.createDirectories(built.resolve("_boxmill"));
    Files.writeString(built.resolve("_boxmill/metrics.json"), "new");
    output.begin(new RunRecord("", "", "", "", Map.of()));
    FaultyDisk.failingRenames = 0;
    FaultyDisk.keptFolder = "none";
  }

  @Test
  void newLabelsTakeThePlaceOfOldOnes() throws IOException {
    output.finish(warnings::add);

    assertThat(folder.resolve("labels/_boxmill/metrics.json")).hasContent("new");
    assertThat(folder).isDirectoryNotContaining("glob:**-replaced");
    assertThat(warnings).isEmpty();
  }

  @Test
  void oldLabelsReturnWhereTheNewOnesCannotBePut() throws IOException {
    FaultyDisk.failingRenames = 1;

    assertThatThrownBy(() -> output.finish(warnings::add))
        .isInstanceOf(IOException.class)
        .hasMessage("the store is down");
    output.abandon();

    assertThat(folder.resolve("labels/_boxmill/metrics.json")).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**-replaced");
  }

  @Test
  void oldLabelsThatCannotReturnAreNamedAndKept() throws IOException {
    FaultyDisk.failingRenames = 2;
    Path replaced = built.resolveSibling(built.getFileName() + "-replaced");

    assertThatThrownBy(() -> output.finish(warnings::add))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot replace "
                + uri(folder.resolve("labels"))
                + ": the store is down (what was there before lies in "
                + uri(replaced)
                + ")");
    output.abandon();

    assertThat(replaced.resolve("_boxmill/metrics.json")).hasContent("old");
  }

  @Test
  void replacedLabelsThatStayAreAWarning() throws IOException {
    FaultyDisk.keptFolder = "-replaced";

    output.finish(warnings::add);

    assertThat(folder.resolve("labels/_boxmill/metrics.json")).hasContent("new");
    assertThat(warnings)
        .containsExactly(
            "Cannot remove what was replaced, "
                + uri(built)
                + "-replaced: the store is down"
                + " (the new folder is whole; remove this one by hand)");
  }

  @Test
  void labelsBelowAFileAreRefusedBeforeTheWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String below = file + "/deep/labels";

    for (ExistingLabels existing :
        new ExistingLabels[] {ExistingLabels.CONTINUE, ExistingLabels.REPLACE}) {
      assertThatThrownBy(() -> OutputFolder.claim(below, existing, new Configuration()))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "Cannot write labels to "
                  + below
                  + ": "
                  + uri(file)
                  + " is a file, no folder (name a folder)");
    }
  }

  private static Configuration faultyDisk() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.file.impl", FaultyDisk.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return hadoop;
  }

  /** The local disk, which fails some renames after the first, or keeps a folder. */
  public static final class FaultyDisk extends RawLocalFileSystem {
    private static int failingRenames;
    private static String keptFolder = "none";

    private int renames;

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
        throws IOException {
      if (++renames > 1 && failingRenames-- > 0) {
        throw new IOException("the store is down");
      }
      return super.rename(from, to);
    }

    @Override
    public boolean delete(org.apache.hadoop.fs.Path path, boolean all) throws IOException {
      if (path.getName().endsWith(keptFolder)) {
        throw new IOException("the store is down");
      }
      return super.delete(path, all);
    }
  }
}
