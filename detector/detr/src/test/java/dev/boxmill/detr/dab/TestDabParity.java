package dev.boxmill.detr.dab;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Step by step against transformers; make_golden_dab.py made the references. */
final class TestDabParity {
  private static final List<String> VARIANTS =
      List.of("dab-bottleneck", "dab-patterns", "dab-temperatures", "dab-dc5");

  private static final List<String> ORDER =
      List.of("c", "encoder", "memory", "references", "decoder", "decoded", "logits", "boxes");

  /**
   * Relative root mean square that bfloat16's 8 bits may cost the logits of these small random
   * networks, whose rounding errors have little to average over; transformers itself loses as much
   * in bfloat16. float16 has 3 bits more.
   */
  private static final double BFLOAT16_RESULTS = 0.2;

  private static final double FLOAT16_RESULTS = 0.03;

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

  @ParameterizedTest
  @MethodSource("variants")
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    TestingParity.assertSameAlone(variant);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    TestingParity.assertDrift(variant, Precision.BF16, 0.02, BFLOAT16_RESULTS);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingParity.assertDrift(variant, Precision.FP16, 0.004, FLOAT16_RESULTS);
  }

  /** They don't depend on the image, so nothing but rounding of their own could change them. */
  @ParameterizedTest
  @MethodSource("variants")
  void anchorsAreFloat32InEveryPrecision(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found =
          TestingNetwork.run(variant, "stages", Precision.BF16, TestingNetwork.pixels(golden));
      assertClose("anchors", found.get("references.0"), golden.floats("references.0"), 1e-6f);
    }
  }
}
