package dev.boxmill.detr.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Step by step against transformers; make_golden_table_transformer.py made the references. */
final class TestTableTransformerParity {
  private static final List<String> VARIANTS =
      List.of("table-timm", "table-learned", "table-auxiliary");

  private static final List<String> ORDER =
      List.of("c", "encoder", "memory", "decoder", "decoded", "logits", "boxes");

  /**
   * Relative root mean square that bfloat16's 8 bits may cost here; float16 has 3 bits more. In
   * these small random networks rounding errors have little to average over.
   */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_RESULTS = 0.1;
  private static final double FLOAT16_FEATURES = 0.004;
  private static final double FLOAT16_RESULTS = 0.02;

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

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    TestingParity.assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_RESULTS);
  }

  @Test
  void theEncodersNormIsMissedByName() {
    List<String> names =
        TestingNetwork.architecture("table-timm").tensors().stream()
            .flatMap(tensor -> tensor.checkpointNames().stream())
            .toList();
    assertThat(names).contains("model.encoder.layernorm.weight", "model.encoder.layernorm.bias");
  }

  @Test
  void otherClassesOfTheLibraryAreRefused(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(
        file,
        "{\"model_type\": \"table-transformer\", \"architectures\": [\"DetrForObjectDetection\"]}");
    JsonConfig config = JsonConfig.read(file);
    assertThatThrownBy(() -> DetrFamily.parse(config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "only boxes are computed (must be [\"TableTransformerForObjectDetection\"] or [])");
  }
}
