package dev.boxmill.detr.dab;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.MIN_SCORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DAB-DETR with all that its tensors tell (patterns, positions that all layers keep, a norm behind
 * the encoder) and DN-DETR, as their authors and detrex save them; make_conditional_layouts.py made
 * them of its own reference.
 */
final class TestDabStateDictFormat {

  @ParameterizedTest
  @CsvSource({
    "dab-layouts, original.pth, dab-detr",
    "dab-layouts, detrex.pth, dab-detr",
    "dn-layouts, original.pth, dn-detr",
    "dn-layouts, detrex.pth, dn-detr"
  })
  void everyStepMatches(String directory, String file, String architecture) {
    try (TestingGolden golden = TestingGolden.open(directory)) {
      Map<String, float[]> found =
          run(directory, file, architecture, "stages", Precision.FP32, golden);
      Set<String> steps = TestingNetwork.steps(golden);
      steps.removeIf(step -> step.startsWith("dc5."));
      assertThat(found).containsOnlyKeys(steps);
      for (String step : steps) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dab-layouts, original.pth, dab-detr-dc5",
    "dn-layouts, original.pth, dn-detr-dc5",
    "dn-layouts, detrex-dc5.pth, dn-detr-dc5"
  })
  void dilatedNetworksMatch(String directory, String file, String architecture) {
    try (TestingGolden golden = TestingGolden.open(directory)) {
      Map<String, float[]> found =
          run(directory, file, architecture, "forward", Precision.FP32, golden);
      for (String result : List.of("logits", "boxes")) {
        float[] expected = golden.floats("dc5." + result);
        assertClose(result, found.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"dab-layouts, dab-detr", "dn-layouts, dn-detr"})
  void detectionsMatch(String directory, String architecture) {
    try (TestingGolden golden = TestingGolden.open(directory);
        DetectorFiles files = open(directory, "original.pth", architecture)) {
      PostProcessing rule = files.architecture().postProcessing();
      assertThat(rule).isEqualTo(PostProcessing.sigmoidTopK(300));
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      int queries = (int) golden.shape("boxes")[1];
      for (int image = 0; image < 2; image++) {
        List<Detection> detections =
            rule.detections(found.get("logits"), found.get("boxes"), queries, image, MIN_SCORE);
        TestingNetwork.assertDetections(golden, image, detections);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"dab-layouts, dab-detr", "dn-layouts, dn-detr"})
  void bfloat16DriftsLittle(String directory, String architecture) {
    try (TestingGolden golden = TestingGolden.open(directory)) {
      Map<String, float[]> found =
          run(directory, "original.pth", architecture, "stages", Precision.BF16, golden);
      assertClose("anchors", found.get("references.0"), golden.floats("references.0"), 1e-6f);
      assertThat(relativeDrift(found.get("boxes"), golden.floats("boxes"))).isBetween(1e-4, 0.1);
      assertThat(relativeDrift(found.get("logits"), golden.floats("logits"))).isBetween(1e-4, 0.2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"original.pth", "detrex.pth"})
  void labelEmbeddingsTellTheTwoApart(String file) {
    assertAsks("dab-layouts", file, "dab-detr or dab-detr-dc5");
    assertAsks("dn-layouts", file, "dn-detr or dn-detr-dc5");
  }

  private static void assertAsks(String directory, String file, String which) {
    assertThatThrownBy(() -> open(directory, file, ""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot choose the network of " + path(directory, file))
        .hasMessageContaining("its tensors may be those of " + which + " (say which: --archi");
  }

  @Test
  void theOtherNetworkIsRefused() {
    assertThatThrownBy(() -> open("dab-layouts", "original.pth", "dn-detr"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Invalid --architecture: dn-detr (must be dab-detr or dab-detr-dc");
  }

  private static Map<String, float[]> run(
      String directory,
      String file,
      String architecture,
      String entry,
      Precision precision,
      TestingGolden golden) {
    try (DetectorFiles files = open(directory, file, architecture)) {
      return TestingNetwork.run(
          files, entry, program -> program, precision, TestingNetwork.pixels(golden));
    }
  }

  private static DetectorFiles open(String directory, String file, String architecture) {
    String choice = architecture.isEmpty() ? "" : architecture + ":heads=4";
    return DetectorFiles.open(path(directory, file), new DetectorOptions(choice, Map.of()));
  }

  private static Path path(String directory, String file) {
    return TestingGolden.directory(directory).resolve(file);
  }
}
