package dev.boxmill.refiners.refinebox;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchModule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The authors' checkpoints, as they published them, move boxes as the reference does with the same
 * weights. Runs where {@code -Dshared.data} says where they lie, in a folder {@code refinebox}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestPublishedWeights {

  @ParameterizedTest
  @ValueSource(
      strings = {"rb_detr_r50_12ep", "rb_dn_detr_r50_12ep", "rb_dab_detr_swin_t_in1k_12ep"})
  void everyStepIsTheReferences(String name) {
    List<Integer> channels = name.contains("swin") ? TestingCase.SWIN : TestingCase.RESNET;
    TestingCase given = TestingCase.of(name, channels, TestingCase.Sign.POSITIVE);
    Path file = Path.of(System.getProperty("shared.data"), "refinebox", name + ".pth");
    try (TestingGolden golden = TestingGolden.open(name);
        RefineBoxWeights weights = RefineBoxWeights.open(file, channels);
        TorchModule module =
            RefineBoxNetwork.program(TestingCase.STEPS, 4)
                .load(Device.cpu(), Precision.FP32, weights.tensors())) {
      Map<String, float[]> found = given.run(module, "stages");
      List<String> steps = TestRefineBoxParity.steps(golden);
      assertThat(steps).hasSize(6);
      for (String step : steps) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }
}
