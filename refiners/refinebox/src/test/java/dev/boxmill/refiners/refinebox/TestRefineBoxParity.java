package dev.boxmill.refiners.refinebox;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole tensors of every step against torchvision's RoIAlign and plain torch modules (see {@code
 * src/test/python/make_golden.py}): boxes over the border, outside, of no size, on every level.
 */
final class TestRefineBoxParity {

  private static final List<String> ORDER =
      List.of(
          "p5", "p4", "p3", "p2", "rois1", "deltas1", "boxes1", "deltas2", "boxes2", "deltas3",
          "boxes3");
  private static final int CHUNK = 5;

  /** Of boxes after three steps, as shares of the image: about a pixel of 400. */
  private static final double BFLOAT16_DRIFT = 2.5e-3;

  /** float16 has three bits more. */
  private static final double FLOAT16_DRIFT = 4e-4;

  @ParameterizedTest
  @CsvSource({
    "resnet, ONEDNN",
    "resnet, ATEN",
    "swin, ONEDNN",
    "swin, ATEN",
    "levels, ONEDNN",
    "levels, ATEN",
    "three, ONEDNN",
    "three, ATEN"
  })
  void everyStepIsTheReferences(String name, Convolutions convolutions) {
    TestingCase given = testCase(name);
    try (TestingGolden golden = TestingGolden.open(name);
        TorchModule module = load(given, convolutions, Precision.FP32)) {
      Map<String, float[]> found = given.run(module, "stages");
      List<String> steps = steps(golden);
      assertThat(steps).hasSizeGreaterThanOrEqualTo(7).contains("rois1", "boxes3");
      for (String step : steps) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  static List<String> steps(TestingGolden golden) {
    return golden.names().stream()
        .filter(name -> !Set.of("boxes", "images", "size").contains(name))
        .sorted(Comparator.comparingInt(ORDER::indexOf))
        .toList();
  }

  static TestingCase testCase(String name) {
    List<Integer> channels =
        switch (name) {
          case "resnet" -> TestingCase.RESNET;
          case "three" -> TestingCase.THREE;
          default -> TestingCase.SWIN;
        };
    return TestingCase.of(name, channels, TestingCase.Sign.ANY);
  }

  static TorchModule load(TestingCase given, Convolutions convolutions, Precision precision) {
    Map<String, Weight> weights = HashedValues.weights(given.channels());
    return RefineBoxNetwork.program(TestingCase.STEPS, CHUNK)
        .with(convolutions)
        .load(Device.cpu(), precision, weights);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet", "swin", "levels", "three"})
  void halfPrecisionDriftsLittle(String name) {
    TestingCase given = testCase(name);
    try (TestingGolden golden = TestingGolden.open(name)) {
      float[] boxes = golden.floats("boxes3");
      Convolutions fastest = Convolutions.on(Device.cpu(), Precision.BF16);
      assertThat(drift(given, fastest, Precision.BF16, boxes)).isBetween(1e-5, BFLOAT16_DRIFT);
      assertThat(drift(given, Convolutions.ATEN, Precision.BF16, boxes))
          .isBetween(1e-5, BFLOAT16_DRIFT);
      assertThat(drift(given, Convolutions.ATEN, Precision.FP16, boxes))
          .isBetween(1e-6, FLOAT16_DRIFT);
    }
  }

  /** Mean absolute difference. */
  private static double drift(
      TestingCase given, Convolutions convolutions, Precision precision, float[] expected) {
    try (TorchModule module = load(given, convolutions, precision)) {
      float[] found = given.run(module, "stages").get("boxes3");
      double sum = 0;
      for (int i = 0; i < found.length; i++) {
        sum += Math.abs(found[i] - expected[i]);
      }
      return sum / found.length;
    }
  }

  @Test
  void chunksDontChangeBoxes() {
    TestingCase given = testCase("resnet");
    try (TestingGolden golden = TestingGolden.open("resnet");
        TorchModule module = load(given, Convolutions.ONEDNN, Precision.FP32)) {
      float[] found = given.run(module, "forward").get("boxes");
      assertClose("boxes", found, golden.floats("boxes3"), FLOAT32_TOLERANCE);
    }
  }

  @Test
  void hasAsManyParametersAsPublished() {
    assertThat(parameters(TestingCase.RESNET)).isEqualTo(538_756);
    assertThat(parameters(TestingCase.SWIN)).isEqualTo(385_156);
    assertThat(NetworkTensors.of(TestingCase.RESNET)).hasSize(51);
  }

  private static long parameters(List<Integer> channels) {
    return NetworkTensors.of(channels).stream()
        .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
        .sum();
  }
}
