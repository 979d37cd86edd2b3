package dev.boxmill.detr.dfine;

import static dev.boxmill.detr.TestingNetwork.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.detr.TestingFineParity;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchScriptException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Step by step against transformers; make_golden_dfine.py made the references. */
final class TestDFineParity {
  private static final List<String> VARIANTS =
      List.of("dfine-affine", "dfine-two-maps", "dfine-anchor-size");

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
    TestingParity.assertEveryStep(variant, convolutions, TestingFineParity.STEPS);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    TestingParity.assertDetections(variant);
  }

  @Test
  void anImageAloneGivesWhatItGivesInABatch() {
    TestingParity.assertSameAlone("dfine-affine");
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    TestingFineParity.assertDrift(variant, Precision.BF16, 0.03, 0.04, queries(variant));
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingFineParity.assertDrift(variant, Precision.FP16, 0.006, 0.01, queries(variant));
  }

  /** Rounding moves what a query sees to another cell, and learned contents to another query. */
  private static List<String> queries(String variant) {
    return variant.equals("dfine-anchor-size") ? List.of("query.boxes") : TestingFineParity.QUERIES;
  }

  /** The authors' code itself fails where a side of a map is odd. */
  @Test
  void oddSizesRunToo() {
    float[] noise = new float[3 * 70 * 51];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextDouble();
    }
    Map<String, float[]> found =
        run("dfine-affine", "stages", Precision.FP32, m -> m.tensor(noise, 1, 3, 70, 51));
    // 9 x 7, 5 x 4 and 3 x 2 cells of 16 channels
    assertThat(found.get("memory")).hasSize((63 + 20 + 6) * 16);
    assertThat(found.get("boxes")).doesNotContain(Float.NaN);
  }

  @Test
  void fixedAnchorsFitImagesOfTheirSizeAlone() {
    float[] black = new float[3 * 64 * 64];
    assertThatThrownBy(
            () ->
                run(
                    "dfine-anchor-size",
                    "forward",
                    Precision.FP32,
                    m -> m.tensor(black, 1, 3, 64, 64)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("its maps have 84 cells (must be 126, as anchor_image_size fixes");
  }
}
