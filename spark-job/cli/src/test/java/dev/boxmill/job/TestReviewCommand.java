package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestReviewCommand {

  @TempDir private Path folder;
  private String truth;
  private String labels;

  @BeforeEach
  void write() throws Exception {
    String oneCat =
        """
        {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
         "annotations": [
          {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50], "area": 2500},
          {"id": 2, "image_id": 1, "category_id": 1, "bbox": [80, 60, 10, 10], "area": 100}],
         "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}
        """;
    truth = Files.writeString(folder.resolve("truth.json"), oneCat).toString();
    labels =
        new TestingLabels("")
            .labeled(
                "file:///x/a.jpg",
                100,
                80,
                TestingLabels.box("dog", 0.8, new Corners(10, 10, 60, 60)))
            .write(folder.resolve("labels"));
  }

  @Test
  void suspectsAreCountedAndWritten() {
    TestingCommand sure = review("--output", folder.resolve("sure").toString());
    assertThat(sure.exitCode()).as(sure.err()).isZero();
    assertThat(sure.out()).contains("1 image, 0 of them with a box to look at");

    String output = folder.resolve("review").toString();
    TestingCommand command = review("--output", output, "--high-score", "0.7");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .contains("1 image, 1 of them with a box to look at")
        .containsPattern("wrongly named +1")
        .contains("Page: file://" + output + "/review.html");
    assertThat(folder.resolve("review/tasks.json")).content().contains("more likely dog (0.80)");
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand score = review("--output", "x", "--high-score", "2");

    assertThat(score.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(score.err()).contains("Invalid --high-score: 2.0 (must be from 0 to 1)");
    assertThat(review("--output", labels + "/in").err())
        .contains("the labels lie there (name another folder)");
  }

  private TestingCommand review(String... options) {
    return TestingCommand.with(
        new String[] {"review", "--labels", labels, "--ground-truth", truth}, options);
  }
}
