package dev.boxmill.detr.deformable;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.MIN_SCORE;
import static dev.boxmill.detr.TestingNetwork.architecture;
import static dev.boxmill.detr.TestingNetwork.assertDetections;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static dev.boxmill.detr.TestingNetwork.run;
import static dev.boxmill.detr.TestingNetwork.secondHalf;
import static dev.boxmill.detr.TestingNetwork.secondImage;
import static dev.boxmill.detr.TestingNetwork.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.Architecture;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchScriptException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Step by step against transformers; make_golden_deformable.py made the references. */
final class TestDeformableDetrParity {
  private static final List<String> VARIANTS =
      List.of(
          "deformable-base",
          "deformable-refined-names5",
          "deformable-two-stage",
          "deformable-single-scale",
          "deformable-single-scale-dc5",
          "deformable-two-stage-authors",
          "deformable-two-stage-five-scales");

  private static final int QUERIES = 9;

  /** Relative root mean square that reduced precision may cost in these small random networks. */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_MEMORY = 0.05;
  private static final double FLOAT16_FEATURES = 0.004;
  private static final double FLOAT16_MEMORY = 0.01;

  static Stream<String> variants() {
    return VARIANTS.stream();
  }

  static Stream<Arguments> variantsAndConvolutions() {
    return VARIANTS.stream()
        .flatMap(
            variant -> Arrays.stream(Convolutions.values()).map(c -> Arguments.of(variant, c)));
  }

  @ParameterizedTest
  @MethodSource("variantsAndConvolutions")
  void everyStepMatches(String variant, Convolutions convolutions) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found =
          run(variant, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      Set<String> steps = steps(golden);
      assertThat(found).containsOnlyKeys(steps);
      for (String step : inOrder(steps)) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    Architecture architecture = architecture(variant);
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "forward", Precision.FP32, pixels(golden));
      assertThat(found).containsOnlyKeys("c2", "c3", "c4", "c5", "logits", "boxes");
      for (int image = 0; image < golden.shape("pixels")[0]; image++) {
        List<Detection> detections =
            architecture
                .postProcessing()
                .detections(found.get("logits"), found.get("boxes"), QUERIES, image, MIN_SCORE);
        assertDetections(golden, image, detections);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deformable-base", "deformable-two-stage-five-scales"})
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> alone = run(variant, "forward", Precision.FP32, secondImage(golden));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = secondHalf(golden.floats(result));
        assertClose(result, alone.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    assertDrift(variant, Precision.BF16, BFLOAT16_FEATURES, BFLOAT16_MEMORY);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_MEMORY);
  }

  private static void assertDrift(
      String variant, Precision precision, double features, double memory) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", precision, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "c5", "tokens", "encoder.0")) {
        double most = step.startsWith("c") ? features : memory;
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(most / 1000, most);
      }
    }
  }

  @Test
  void everyQueryNeedsACell() {
    assertRefused(
        "deformable-two-stage", 8, "its maps have 4 cells (must be 9 at least, one for each query");
  }

  @Test
  void learnedPositionsEndWhereTheirTablesEnd() {
    assertRefused(
        "deformable-single-scale",
        1632,
        "the feature map has 1 rows and 51 columns (the checkpoin");
  }

  private static void assertRefused(String variant, int width, String reason) {
    float[] black = new float[3 * 8 * width];
    assertThatThrownBy(
            () -> run(variant, "forward", Precision.FP32, m -> m.tensor(black, 1, 3, 8, width)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining(reason);
  }

  /** Earlier steps first, so that a failure names the step where it began. */
  private static List<String> inOrder(Set<String> steps) {
    List<String> kinds =
        List.of(
            "c",
            "tokens",
            "encoder",
            "query.scores",
            "query.tokens",
            "query.references",
            "query.position",
            "query.content",
            "decoder",
            "logits",
            "boxes");
    return steps.stream()
        .sorted(
            Comparator.comparingInt(
                    (String step) -> kinds.indexOf(step.replaceAll("\\.?\\d+(\\.boxes)?$", "")))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }
}
