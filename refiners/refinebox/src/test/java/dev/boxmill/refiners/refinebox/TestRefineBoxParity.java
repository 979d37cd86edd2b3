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

  @ParameterizedTest
  @CsvSource({
    "resnet, ONEDNN",
    "resnet, ATEN",
    "swin, ONEDNN",
    "swin, ATEN",
    "levels, ONEDNN",
    "levels, ATEN"
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
    List<Integer> channels = name.equals("resnet") ? TestingCase.RESNET : TestingCase.SWIN;
    return TestingCase.of(name, channels, TestingCase.Sign.ANY);
  }

  static TorchModule load(TestingCase given, Convolutions convolutions, Precision precision) {
    Map<String, Weight> weights = HashedValues.weights(given.channels());
    return RefineBoxNetwork.program(TestingCase.STEPS, CHUNK)
        .with(convolutions)
        .load(Device.cpu(), precision, weights);
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
