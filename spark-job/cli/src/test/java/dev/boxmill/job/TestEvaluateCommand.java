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
  void outputsAreCheckedBeforeTheWork() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    for (String option : new String[] {"--json", "--curves"}) {
      TestingCommand refused =
          evaluate("--results", folder.resolve("missing").toString(), option, file + "/numbers");

      assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(refused.err())
          .contains("Cannot write " + file + "/numbers: file://" + file + " is a file, no folder");
    }
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand missing =
        TestingCommand.run("evaluate", "--labels", "x", "--ground-truth", "none.json");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("none.json: it does not exist");

    assertThat(evaluate("--labels", "x", "--style", "voc").err())
        .contains("Unknown --style 'voc' (known: coco, lvis)");
    assertThat(evaluate("--labels", "x", "--match-classes-by", "shape").err())
        .contains("Unknown --match-classes-by 'shape' (known: name, id)");
  }

  @Test
  void classesByIdAndImagesWithoutAnnotationsAreTakenOnlyIfAskedFor() {
    Corners cat = new Corners(10, 10, 60, 60);
    String labels =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, TestingLabels.box("x", 0.9, cat))
            .labeled("file:///x/b.jpg", 100, 80)
            .write(folder.resolve("labels"));

    assertThat(evaluate("--labels", labels).err()).contains("--annotated-only");
    assertThat(evaluate("--labels", labels, "--annotated-only").err())
        .contains("no name agrees (classes: x; categories: cat; if label_id is");
    TestingCommand command =
        evaluate("--labels", labels, "--annotated-only", "--match-classes-by", "id");
    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .contains("1 images are not annotated: left out")
        .contains("1 of 1 labels matched to categories by id")
        .contains("AP      1.0000");
  }

  @Test
  void classesOfOtherNamesAreMappedByAFile() throws Exception {
    Corners cat = new Corners(10, 10, 60, 60);
    String labels =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, TestingLabels.box("Katze", 0.9, cat))
            .write(folder.resolve("labels"));
    String map = Files.writeString(folder.resolve("map.csv"), "Katze,cat\n").toString();
    String wrong = Files.writeString(folder.resolve("wrong.json"), "{\"x\": \"cap\"}").toString();

    assertThat(evaluate("--labels", labels).err()).contains("if names differ: --class-map)");
    TestingCommand command = evaluate("--labels", labels, "--class-map", map);
    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("1 of them by the class map").contains("AP      1.0000");
    assertThat(evaluate("--labels", labels, "--class-map", wrong).err())
        .contains("Unknown category 'cap' in the class map " + wrong + " (near: cat; known: cat)");
    assertThat(evaluate("--results", "x", "--class-map", map).err())
        .contains("Cannot use --class-map with --results");
  }

  private TestingCommand evaluate(String... arguments) {
    return TestingCommand.with(new String[] {"evaluate", "--ground-truth", truth}, arguments);
  }
}
