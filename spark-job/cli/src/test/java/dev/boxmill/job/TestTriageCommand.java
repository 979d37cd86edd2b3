package dev.boxmill.job;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTriageCommand {

  private static final Corners PLACE = new Corners(10, 10, 60, 60);
  private static final Corners ELSEWHERE = new Corners(80, 10, 98, 60);

  @TempDir private Path folder;

  @Test
  void errorsAreSummedUpByTheirParts() {
    new TestingLabels("")
        .labeled("file:///n/sure.jpg", 100, 80, box("cup", 0.95, PLACE), box("dog", 0.4, ELSEWHERE))
        .labeled("file:///n/2.jpg", 100, 80, box("cup", 0.95, PLACE), box("dog", 0.8, PLACE))
        .failed("file:///n/torn.jpg", ErrorCategory.UNREADABLE, "it breaks off")
        .write(folder.resolve("labels"));

    TestingCommand command = triage();
    TestingCommand again = triage();
    TestingCommand replaced = triage("--overwrite", "--threshold", "0.6");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .startsWith("3 images, 1 failed\n")
        .containsPattern("Expected errors: \\d\\.\\d\n")
        .containsPattern("  near_duplicates +1\\.0\n")
        .endsWith(
            "Triage: file://%s/triage\nPage: file://%<s/labels/_boxmill/triage.html\n"
                .formatted(folder))
        .doesNotContain("No box scores below");
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err()).contains("it is there already (--overwrite");
    assertThat(replaced.exitCode()).as(replaced.err()).isZero();
  }

  @Test
  void thePageShowsTheMostDoubtfulFirst() throws IOException {
    new TestingLabels("")
        .labeled("file:///n/sure.jpg", 100, 80, box("cup", 0.95, PLACE))
        .labeled("file:///n/twice.jpg", 100, 80, box("cup", 0.95, PLACE), box("cup", 0.8, PLACE))
        .labeled("file:///n/weak.jpg", 100, 80, box("<dog>", 0.45, ELSEWHERE))
        .failed("file:///n/torn.jpg", ErrorCategory.UNREADABLE, "it breaks off")
        .write(folder.resolve("labels"));

    assertThat(triage("--limit", "2").exitCode()).isZero();

    assertThat(folder.resolve("labels/_boxmill/triage.html"))
        .content()
        .contains("2 of 3 labeled images are shown, the most doubtful first")
        .containsSubsequence("data-name=\"twice.jpg\"", "data-name=\"weak.jpg\"")
        .doesNotContain("data-name=\"sure.jpg\"", "<dog>")
        .containsPattern("% *: near duplicates 1\\.\\d")
        .contains("<dt>Expected errors</dt>", "it breaks off", "default-src 'none'");
    assertThat(folder.resolve("triage")).isDirectoryNotContaining("glob:**.html");
    assertThat(triage("--overwrite", "--limit", "0").err())
        .contains("Invalid --limit: 0 (must be from 1 to 2000)");
  }

  /** As on a store where labels may be read and not written. */
  @Test
  void theTableStandsWhereNoPageCanBe() throws IOException {
    new TestingLabels("")
        .labeled("file:///n/1.jpg", 100, 80, box("cup", 0.9, PLACE))
        .write(folder.resolve("labels"));
    Files.createDirectories(folder.resolve("labels/_boxmill/triage.html"));

    TestingCommand command = triage();

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.err()).contains("No page: Cannot write page ");
    assertThat(command.out()).contains("Triage: ").doesNotContain("Page: ");
  }

  @Test
  void withoutHintsItSaysSo() {
    new TestingLabels("")
        .labeled("file:///n/1.jpg", 100, 80, box("cup", 0.9, PLACE))
        .write(folder.resolve("labels"));

    assertThat(triage().out())
        .startsWith("1 image, 0 failed\n")
        .contains("No box scores below 0.5: objects that were missed can't be told");
  }

  @Test
  void helpTellsWhatIsWritten() {
    TestingCommand help = TestingCommand.run("triage", "--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("review_priority", "--threshold=S", "Default: 0.5", "--overwrite", "--min-score");
    assertThat(TestingCommand.run("--help").out()).contains("triage");
  }

  private TestingCommand triage(String... options) {
    String labels = folder.resolve("labels").toString();
    String output = folder.resolve("triage").toString();
    return TestingCommand.with(
        new String[] {"triage", "--labels", labels, "--output", output}, options);
  }
}
