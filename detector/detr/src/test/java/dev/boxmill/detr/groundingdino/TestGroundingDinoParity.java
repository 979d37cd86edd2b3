package dev.boxmill.detr.groundingdino;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingNetwork.MIN_SCORE;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Step by step against transformers; make_golden_grounding_dino.py made the references. */
final class TestGroundingDinoParity {
  private static final List<String> VARIANTS = List.of("grounding-dino", "grounding-dino-mm");

  private static final List<String> ORDER =
      List.of(
          "c",
          "tokens",
          "text",
          "encoder",
          "query.candidates",
          "query.scores",
          "query.tokens",
          "query.boxes",
          "decoder",
          "words",
          "logits",
          "boxes");

  /** Of the script that made the references. */
  private static final float TEXT_THRESHOLD = 0.15f;

  /**
   * Relative root mean square that bfloat16's 8 bits may cost here; float16 has 3 bits more. Which
   * tokens become queries hangs on it, so the steps before that are compared.
   */
  private static final double BFLOAT16 = 0.08;

  private static final double FLOAT16 = 0.01;

  private static final int QUERIES = 9;

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

  /** transformers makes a box' label of all tokens above it. */
  @ParameterizedTest
  @MethodSource("variants")
  void theTextThresholdDecidesOnABoxesClasses(String variant) {
    try (DetectorFiles plain = TestingNetwork.open(variant);
        DetectorFiles files =
            DetectorFiles.open(
                TestingGolden.directory(variant),
                plain
                    .options()
                    .withPrompt(plain.options().prompt().withTextThreshold(TEXT_THRESHOLD)));
        TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = TestingNetwork.run(files, pixels(golden));
      for (int image = 0; image < golden.shape("pixels")[0]; image++) {
        List<Detection> detections =
            files
                .architecture()
                .postProcessing()
                .detections(found.get("logits"), found.get("boxes"), QUERIES, image, MIN_SCORE);
        TestingNetwork.assertDetections(golden, "detections.text." + image, detections);
      }
    }
  }

  @Test
  void anImageAloneGivesWhatItGivesInABatch() {
    VARIANTS.forEach(TestingParity::assertSameAlone);
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
    TestingParity.assertDrift(
        variant, precision, most, most, List.of("tokens", "text", "encoder.0", "encoder.0.text"));
  }

  /** A pass sees nothing of another: each gives what its phrases give alone. */
  @Test
  void phrasesThatDontFitTogetherAreReadInPasses() {
    Map<String, List<String>> first = new LinkedHashMap<>();
    first.put("fruit", List.of("red apple", "pears", "person with red apple"));
    first.put("lift", List.of("forklift with red light", "forklift"));
    first.put(
        "light", List.of("traffic light", "red traffic light on a car", "green traffic light"));
    Map<String, List<String>> second = new LinkedHashMap<>();
    second.put("dog", List.of("dog in a car", "dog on the car"));
    Map<String, List<String>> both = new LinkedHashMap<>(first);
    both.putAll(second);

    try (TestingGolden golden = TestingGolden.open("grounding-dino");
        DetectorFiles whole = open(both);
        DetectorFiles alone = open(second)) {
      assertThat(((GroundingDinoArchitecture) whole.architecture()).passes()).isEqualTo(2);
      Map<String, float[]> found = TestingNetwork.run(whole, pixels(golden));
      Map<String, float[]> expected = TestingNetwork.run(alone, pixels(golden));
      // two images of two passes; the second pass' queries lie behind the first's
      assertThat(found.get("boxes")).hasSize(2 * 2 * QUERIES * 4);
      float[] boxes = Arrays.copyOfRange(found.get("boxes"), QUERIES * 4, 2 * QUERIES * 4);
      float[] ofFirstImage = Arrays.copyOf(expected.get("boxes"), QUERIES * 4);
      assertClose("boxes", boxes, ofFirstImage, FLOAT32_TOLERANCE);
      for (int query = 0; query < QUERIES; query++) {
        int row = 4 * (QUERIES + query);
        assertThat(found.get("logits")[row]).isEqualTo(-1e30f);
        assertThat(found.get("logits")[row + 1]).isEqualTo(-1e30f);
        assertThat(found.get("logits")[row + 2]).isEqualTo(-1e30f);
        assertThat(found.get("logits")[row + 3])
            .isCloseTo(expected.get("logits")[query], org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  private static DetectorFiles open(Map<String, List<String>> phrases) {
    return DetectorFiles.open(
        TestingGolden.directory("grounding-dino"),
        DetectorOptions.NONE.withPrompt(Prompt.of(phrases)));
  }
}
