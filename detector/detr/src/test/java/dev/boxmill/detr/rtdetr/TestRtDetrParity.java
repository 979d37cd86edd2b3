package dev.boxmill.detr.rtdetr;

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
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchScriptException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Step by step against transformers; make_golden_rtdetr.py made the references. */
final class TestRtDetrParity {
  private static final List<String> VARIANTS =
      List.of(
          "rtdetr-basic",
          "rtdetr-bottleneck",
          "rtdetr-learned-queries",
          "rtdetr-anchor-size",
          "rtdetr-normalize-before",
          "rtdetr-wide",
          "rtdetr-equal-widths",
          "rtdetr-v2",
          "rtdetr-v2-discrete");

  private static final int QUERIES = 9;

  /**
   * Relative root mean square that bfloat16's 8 bits may cost these small random networks; float16
   * has 3 bits more.
   */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_RESULTS = 0.05;
  private static final double FLOAT16_FEATURES = 0.004;
  private static final double FLOAT16_RESULTS = 0.01;

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
  @ValueSource(strings = {"rtdetr-basic", "rtdetr-equal-widths"})
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
    assertDrift(variant, Precision.BF16, BFLOAT16_FEATURES, BFLOAT16_RESULTS);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_RESULTS);
  }

  /**
   * Rounding may swap the last of the selected cells for the first of the others, and then queries
   * stand in another order; the ones that both selected are compared. From the second layer on, all
   * queries have seen the one that differs.
   */
  private static void assertDrift(
      String variant, Precision precision, double features, double results) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", precision, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "c5", "memory")) {
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(features / 1000, features);
      }
      int[] match = match(found.get("query.tokens"), golden.floats("query.tokens"));
      long common = Arrays.stream(match).filter(query -> query >= 0).count();
      assertThat(common).as("common queries").isGreaterThanOrEqualTo(match.length * 7L / QUERIES);
      for (String step : List.of("query.content", "query.boxes", "decoder.0.boxes")) {
        float[] expected = golden.floats(step);
        int width = expected.length / match.length;
        float[] same = rows(found.get(step), match, width);
        assertThat(relativeDrift(same, matched(expected, match, width)))
            .as("drift of %s", step)
            .isBetween(results / 1000, results);
      }
    }
  }

  /**
   * The library itself refuses sides that 32 doesn't divide; the paper's network has no such rule.
   */
  @Test
  void oddSizesRunToo() {
    float[] noise = new float[3 * 70 * 51];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextDouble();
    }
    Map<String, float[]> found =
        run("rtdetr-basic", "stages", Precision.FP32, m -> m.tensor(noise, 1, 3, 70, 51));
    // 9 x 7, 5 x 4 and 3 x 2 cells of 12 channels
    assertThat(found.get("memory")).hasSize((63 + 20 + 6) * 12);
    assertThat(found.get("boxes")).hasSize(4 * QUERIES).doesNotContain(Float.NaN);
  }

  @Test
  void fixedAnchorsFitImagesOfTheirSizeAlone() {
    assertRefused(
        "rtdetr-anchor-size",
        64,
        "its maps have 84 cells (must be 126, as anchor_image_size fixes");
  }

  @Test
  void everyQueryNeedsACell() {
    assertRefused(
        "rtdetr-basic", 16, "its maps have 6 cells (must be 9 at least, one for each query");
  }

  private static void assertRefused(String variant, int side, String reason) {
    float[] black = new float[3 * side * side];
    assertThatThrownBy(
            () -> run(variant, "forward", Precision.FP32, m -> m.tensor(black, 1, 3, side, side)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("Invalid image size: " + reason);
  }

  /** For each of the expected queries, the found one of the same image and cell, or -1. */
  private static int[] match(float[] found, float[] expected) {
    int[] match = new int[expected.length];
    for (int first = 0; first < expected.length; first += QUERIES) {
      Map<Float, Integer> queries = new HashMap<>();
      for (int query = first; query < first + QUERIES; query++) {
        queries.put(found[query], query);
      }
      for (int query = first; query < first + QUERIES; query++) {
        match[query] = queries.getOrDefault(expected[query], -1);
      }
    }
    return match;
  }

  private static float[] rows(float[] values, int[] match, int width) {
    int[] rows = Arrays.stream(match).filter(row -> row >= 0).toArray();
    float[] taken = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, taken, i * width, width);
    }
    return taken;
  }

  private static float[] matched(float[] values, int[] match, int width) {
    int[] self = new int[match.length];
    Arrays.setAll(self, i -> match[i] >= 0 ? i : -1);
    return rows(values, self, width);
  }

  /** Earlier steps first, so that a failure names the step where it began. */
  private static List<String> inOrder(Set<String> steps) {
    List<String> kinds =
        List.of(
            "c",
            "encoder",
            "memory",
            "query.scores",
            "query.tokens",
            "query.content",
            "query.boxes",
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
