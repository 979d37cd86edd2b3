package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCalibrateCommand {

  @TempDir private Path folder;

  @Test
  void scoresOfTheEmbeddedDetectorBecomeProbabilities() throws Exception {
    Path scenes = folder.resolve("scenes");
    SceneFolder.write(scenes, 40, 5);
    String truth = scenes.resolve("annotations.json").toString();
    Path labels = folder.resolve("labels");
    TestingRun.of(labels, scenes.resolve("images"))
        .refiners("none")
        .run(new DetectorLabelerProvider());
    Path file = folder.resolve("calibration.json");

    TestingCommand calibrate =
        TestingCommand.run(
            "calibrate",
            "--labels",
            labels.toString(),
            "--ground-truth",
            truth,
            "--output",
            file.toString());

    assertThat(calibrate.exitCode()).as(calibrate.err()).isZero();
    assertThat(calibrate.out())
        .contains("40 images matched by file name", "of all classes: fewer than", "D-ECE")
        .contains("Use it: --refiner calibrate:file=" + file);
    Path calibrated = folder.resolve("calibrated");
    TestingCommand refine =
        TestingCommand.run(
            "refine",
            "--labels",
            labels.toString(),
            "--output",
            calibrated.toString(),
            "--refiner",
            "calibrate:file=" + file,
            "--max-failure-rate",
            "0");
    assertThat(refine.exitCode()).as(refine.err()).isZero();
    Path picture = folder.resolve("reliability.svg");
    JsonNode before = evaluate(labels, truth, picture);
    JsonNode after = evaluate(calibrated, truth, picture);
    assertThat(after.get("D-ECE").doubleValue()).isLessThan(before.get("D-ECE").doubleValue() / 2);
    assertThat(after.get("AP50").doubleValue())
        .isGreaterThan(before.get("AP50").doubleValue() - 0.03);
    assertThat(picture).content().contains("D-ECE", "</svg>");
    requireOfThisDetector(file, labels);
  }

  /** What the file names is what a run refuses when another made it. */
  private void requireOfThisDetector(Path file, Path labels) throws Exception {
    String text = Files.readString(file);
    String sha256 = new ObjectMapper().readTree(text).get("detector_sha256").textValue();
    Path other =
        Files.writeString(folder.resolve("other.json"), text.replace(sha256, "0".repeat(64)));

    TestingCommand refused =
        TestingCommand.run(
            "refine",
            "--labels",
            labels.toString(),
            "--output",
            folder.resolve("refused").toString(),
            "--refiner",
            "calibrate:file=" + other);

    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(refused.err()).contains("it is of another detector, 000000000000 (this one is");
  }

  private JsonNode evaluate(Path labels, String truth, Path picture) throws Exception {
    Path json = folder.resolve("numbers.json");
    TestingCommand command =
        TestingCommand.run(
            "evaluate",
            "--labels",
            labels.toString(),
            "--ground-truth",
            truth,
            "--json",
            json.toString(),
            "--reliability",
            picture.toString());
    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("D-ECE", "LaECE");
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand method = calibrate("--method", "beta");

    assertThat(method.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(method.err()).contains("Unknown --method 'beta' (known: isotonic, platt)");
    assertThat(calibrate("--least-boxes", "0").err())
        .contains("Invalid --least-boxes: 0 (must be 2 or more)");
  }

  private TestingCommand calibrate(String... options) {
    return TestingCommand.with(
        new String[] {
          "calibrate",
          "--labels",
          folder.toString(),
          "--ground-truth",
          "x",
          "--output",
          folder.resolve("c.json").toString()
        },
        options);
  }
}
