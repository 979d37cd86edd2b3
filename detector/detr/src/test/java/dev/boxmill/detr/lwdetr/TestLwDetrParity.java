package dev.boxmill.detr.lwdetr;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchScriptException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Step by step against transformers, mended to what the authors' code computes;
 * make_golden_lw_detr.py made the references.
 */
final class TestLwDetrParity {
  private static final List<String> VARIANTS =
      List.of("lwdetr-one-level", "lwdetr-two-levels", "lwdetr-wide");

  private static final List<String> ORDER =
      List.of(
          "c",
          "tokens",
          "query.scores",
          "query.tokens",
          "query.boxes",
          "decoder",
          "decoded",
          "logits",
          "boxes");

  /**
   * Relative root mean square that bfloat16's 8 bits may cost here; float16 has 3 bits more. Which
   * tokens become queries hangs on it, so the steps before that are compared.
   */
  private static final double BFLOAT16 = 0.05;

  private static final double FLOAT16 = 0.01;

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
    TestingParity.assertEveryStep(variant, convolutions, ORDER);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    TestingParity.assertDetections(variant);
  }

  @Test
  void anImageAloneGivesWhatItGivesInABatch() {
    TestingParity.assertSameAlone("lwdetr-one-level");
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    assertDrift(variant, Precision.BF16, BFLOAT16);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    assertDrift(variant, Precision.FP16, FLOAT16);
  }

  private static void assertDrift(String variant, Precision precision, double most) {
    TestingParity.assertDrift(variant, precision, most, most, List.of("tokens", "query.scores"));
  }

  @Test
  void imagesThatWindowsDontFitAreRefused() {
    float[] black = new float[3 * 24 * 36];
    assertThatThrownBy(
            () ->
                TestingNetwork.run(
                    "lwdetr-one-level",
                    "forward",
                    Precision.FP32,
                    m -> m.tensor(black, 1, 3, 24, 36)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("Invalid image size: 36 x 24 (must be multiples of 16, so that");
  }
}
