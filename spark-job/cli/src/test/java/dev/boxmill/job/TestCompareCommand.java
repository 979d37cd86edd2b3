package dev.boxmill.job;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCompareCommand {

  @TempDir private Path folder;

  @Test
  void theReportIsPrintedAndWritten() throws Exception {
    String before = labels("a", new Corners(10, 10, 60, 60));
    String after = labels("b", new Corners(18, 10, 68, 60));
    Path output = folder.resolve("report");

    TestingCommand text = TestingCommand.run("compare", "--labels", before, "--labels", after);
    TestingCommand page =
        TestingCommand.run(
            "compare", "--labels", before, "--labels", after, "--output", output.toString());

    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.out()).containsPattern("all +0 +1 +0 +0 +0 +0 +0\n").doesNotContain("Page:");
    assertThat(page.exitCode()).as(page.err()).isZero();
    assertThat(page.out())
        .startsWith(Files.readString(output.resolve("compare.txt")))
        .endsWith("\nPage: file://" + output + "/compare.html\n");
  }

  @Test
  void labelsMustBeGivenTwice() {
    TestingCommand once = TestingCommand.run("compare", "--labels", "a");

    assertThat(once.exitCode()).isEqualTo(2);
    assertThat(once.err())
        .contains("Invalid --labels: given once (must be given twice: A, then B)");
  }

  @Test
  void helpTellsHowBoxesAreMatched() {
    TestingCommand help = TestingCommand.run("compare", "--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("appeared, vanished, moved or changed class")
        .contains("--match-iou", "--kept-iou", "--ground-truth", "--output=DIR|FILE.html");
  }

  private String labels(String name, Corners corners) {
    return new TestingLabels("")
        .labeled("file:///n/moved.jpg", 100, 80, box("cup", 0.9, corners))
        .write(folder.resolve(name));
  }
}
