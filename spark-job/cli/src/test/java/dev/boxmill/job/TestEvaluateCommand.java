package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestEvaluateCommand {

  @TempDir private Path folder;
  private String truth;

  @BeforeEach
  void writeTruth() throws Exception {
    String oneCat =
        """
        {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
         "annotations": [
          {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50], "area": 2500}],
         "categories": [{"id": 1, "name": "cat"}]}
        """;
    truth = Files.writeString(folder.resolve("truth.json"), oneCat).toString();
  }

  @Test
  void resultFileIsEvaluatedWithTheFilesAskedFor() throws Exception {
    String box = "[{\"image_id\":1,\"category_id\":1,\"score\":0.9,\"bbox\":[10,10,50,50]}]";
    Path results = Files.writeString(folder.resolve("results.json"), box);
    Path json = folder.resolve("numbers.json");
    Path curves = folder.resolve("curves.csv");

    TestingCommand command =
        evaluate(
            "--results",
            results.toString(),
            "--per-class",
            "--curves",
            curves.toString(),
            "--json",
            json.toString());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("AP50").containsPattern("cat +1 +1\\.0000");
    assertThat(new ObjectMapper().readTree(json.toFile()).get("AP").doubleValue())
        .isCloseTo(1, within(1e-12));
    assertThat(curves).isNotEmptyFile();
  }

  @Test
  void labelsAreEvaluatedWithTheOracle() {
    String labels =
        new TestingLabels("")
            .labeled(
                "file:///x/a.jpg",
                100,
                80,
                TestingLabels.box("cat", 0.9, new Corners(10, 10, 60, 60)))
            .write(folder.resolve("labels"));

    TestingCommand command = evaluate("--labels", labels, "--oracle", "both");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("1 images matched by file name").contains("true boxes");
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand missing =
        TestingCommand.run("evaluate", "--labels", "x", "--ground-truth", "none.json");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("none.json: it does not exist");

    assertThat(evaluate("--labels", "x", "--style", "voc").err())
        .contains("Unknown --style 'voc' (known: coco, lvis)");
  }

  private TestingCommand evaluate(String... arguments) {
    return TestingCommand.with(new String[] {"evaluate", "--ground-truth", truth}, arguments);
  }
}
