package dev.boxmill.detr.backbone;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** DETR over Swin, step by step against transformers; make_golden_swin.py made the references. */
final class TestSwinParity {
  private static final List<String> VARIANTS = List.of("detr-swin", "detr-swin-last-stage");
  private static final List<String> ORDER =
      List.of("c", "encoder", "decoder", "decoded", "logits", "boxes");

  /**
   * Relative root mean square that bfloat16's 8 bits may cost here; float16 has 3 bits more. With 4
   * channels there is little for rounding errors to average over.
   */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_RESULTS = 0.15;
  private static final double FLOAT16_FEATURES = 0.004;
  private static final double FLOAT16_RESULTS = 0.025;

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
    TestingParity.assertDrift(variant, Precision.BF16, BFLOAT16_FEATURES, BFLOAT16_RESULTS);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingParity.assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_RESULTS);
  }

  /**
   * In a detrex checkpoint, with the authors' names and fused projections; dilation is no question.
   */
  @Test
  void theAuthorsNamesGiveTheSameResults() {
    Path file = TestingGolden.directory("detr-swin").resolve("detrex.pth");
    DetectorOptions options = new DetectorOptions(":heads=4", Map.of());
    try (TestingGolden golden = TestingGolden.open("detr-swin");
        DetectorFiles files = DetectorFiles.open(file, options)) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("c2", "c3", "c4", "c5", "logits", "boxes")) {
        assertClose(result, found.get(result), golden.floats(result), FLOAT32_TOLERANCE);
      }
      assertThat(files.architecture().featureChannels()).containsExactly(4, 8, 16, 32);
      assertThat(files.architecture().featureStrides()).containsExactly(4, 8, 16, 32);
    }
  }
}
