package dev.boxmill.detr.deformable;

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

  private static final List<String> ORDER =
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

  private static final List<String> MEMORY = List.of("tokens", "encoder.0");

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
    TestingParity.assertEveryStep(variant, convolutions, ORDER);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    TestingParity.assertDetections(variant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deformable-base", "deformable-two-stage-five-scales"})
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    TestingParity.assertSameAlone(variant);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    TestingParity.assertDrift(variant, Precision.BF16, BFLOAT16_FEATURES, BFLOAT16_MEMORY, MEMORY);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingParity.assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_MEMORY, MEMORY);
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
            () ->
                TestingNetwork.run(
                    variant, "forward", Precision.FP32, m -> m.tensor(black, 1, 3, 8, width)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining(reason);
  }
}
