package dev.boxmill.detr.deimv2;

import dev.boxmill.detr.TestingFineParity;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Step by step against the authors' network; make_golden_dfine.py made the references. */
final class TestDeimv2Parity {
  private static final List<String> VARIANTS =
      List.of(
          "deimv2-lite",
          "deimv2-two-maps",
          "deimv2-short-branches",
          "deimv2-dino",
          "deimv2-distilled");

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

  @ParameterizedTest
  @ValueSource(strings = {"deimv2-lite", "deimv2-dino"})
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    TestingParity.assertSameAlone(variant);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    TestingFineParity.assertDrift(variant, Precision.BF16, 0.03, 0.04, TestingFineParity.QUERIES);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingFineParity.assertDrift(variant, Precision.FP16, 0.006, 0.01, TestingFineParity.QUERIES);
  }
}
