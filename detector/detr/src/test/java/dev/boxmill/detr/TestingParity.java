package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.MIN_SCORE;
import static dev.boxmill.detr.TestingNetwork.architecture;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static dev.boxmill.detr.TestingNetwork.run;
import static dev.boxmill.detr.TestingNetwork.secondHalf;
import static dev.boxmill.detr.TestingNetwork.secondImage;
import static dev.boxmill.detr.TestingNetwork.steps;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What every network with its references beside it must pass. */
public final class TestingParity {
  private TestingParity() {}

  /**
   * Every step's whole tensor is the reference's.
   *
   * @param order kinds of steps, earlier ones first, so that a failure names the step where it
   *     began
   */
  public static void assertEveryStep(
      String variant, Convolutions convolutions, List<String> order) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found =
          run(variant, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      Set<String> steps = steps(golden);
      assertThat(found).containsOnlyKeys(steps);
      steps.stream()
          .sorted(
              Comparator.comparingInt((String step) -> order.indexOf(kind(step)))
                  .thenComparing(Comparator.naturalOrder()))
          .forEach(
              step -> assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE));
    }
  }

  private static String kind(String step) {
    return step.replaceAll("\\.?\\d+(\\.[a-z]+)?$", "");
  }

  /** Detections are the reference's, of every image. */
  public static void assertDetections(String variant) {
    Architecture architecture = architecture(variant);
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "forward", Precision.FP32, pixels(golden));
      Set<String> results = new TreeSet<>(Set.of("logits", "boxes"));
      for (int i = 0; i < architecture.featureChannels().size(); i++) {
        results.add("c" + (i + 2));
      }
      assertThat(found).containsOnlyKeys(results);
      int images = (int) golden.shape("pixels")[0];
      int queries = found.get("boxes").length / (4 * images);
      for (int image = 0; image < images; image++) {
        List<Detection> detections =
            architecture
                .postProcessing()
                .detections(found.get("logits"), found.get("boxes"), queries, image, MIN_SCORE);
        TestingNetwork.assertDetections(golden, image, detections);
      }
    }
  }

  /** The second image of a batch gives the same in a batch of its own. */
  public static void assertSameAlone(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> alone = run(variant, "forward", Precision.FP32, secondImage(golden));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = secondHalf(golden.floats(result));
        assertClose(result, alone.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  /**
   * Rounding costs something, and little: the relative root mean square of the difference in
   * feature maps and in results.
   */
  public static void assertDrift(
      String variant, Precision precision, double features, double results) {
    assertDrift(variant, precision, features, results, List.of("logits", "boxes"));
  }

  /**
   * The same where results hang on which tokens become queries: in earlier steps instead.
   *
   * @param steps that may drift by {@code results}
   */
  public static void assertDrift(
      String variant, Precision precision, double features, double results, List<String> steps) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", precision, pixels(golden));
      for (String map : List.of("c2", "c3", "c4", "c5")) {
        assertDrift(map, found, golden, features);
      }
      for (String step : steps) {
        assertDrift(step, found, golden, results);
      }
    }
  }

  private static void assertDrift(
      String step, Map<String, float[]> found, TestingGolden golden, double most) {
    assertThat(relativeDrift(found.get(step), golden.floats(step)))
        .as("drift of %s", step)
        .isBetween(most / 1000, most);
  }
}
