package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bfloat16 at the width that published networks have, where rounding errors average out. */
final class TestPrecisionAtWidth {
  private static final String SIZES =
      "'backbone': 'resnet18', 'num_queries': 100, 'encoder_layers': 3, 'decoder_layers': 3,"
          + " 'id2label': {'0': 'cup', '1': 'spoon', '2': 'fork'}";

  @TempDir private Path directory;

  @Test
  void conditionalDetrKeepsItsCoordinates() throws IOException {
    Map<String, Double> drift = drift("conditional_detr");
    assertThat(drift.get("references")).isZero();
    assertThat(drift.get("decoded")).isLessThan(0.04);
    assertThat(drift.get("logits")).isLessThan(0.04);
    assertThat(drift.get("boxes")).isLessThan(0.02);
  }

  @Test
  void dabDetrKeepsItsCoordinates() throws IOException {
    Map<String, Double> drift = drift("dab-detr");
    assertThat(drift.get("references.0")).isZero();
    assertThat(drift.get("references.1")).isLessThan(0.02);
    assertThat(drift.get("references.2")).isLessThan(0.02);
    assertThat(drift.get("decoded")).isLessThan(0.04);
    assertThat(drift.get("logits")).isLessThan(0.04);
    assertThat(drift.get("boxes")).isLessThan(0.02);
  }

  @Test
  void deformableDetrKeepsItsCoordinates() throws IOException {
    Map<String, Double> drift = drift("deformable_detr");
    assertThat(drift.get("query.references")).isZero();
    assertThat(drift.get("encoder.2")).isLessThan(0.04);
    assertThat(drift.get("decoder.2")).isLessThan(0.04);
    assertThat(drift.get("logits")).isLessThan(0.04);
    assertThat(drift.get("boxes")).isLessThan(0.02);
  }

  /** What each step loses to bfloat16, relative root mean square. */
  private Map<String, Double> drift(String type) throws IOException {
    Path config = directory.resolve("config.json");
    Files.writeString(config, ("{'model_type': '" + type + "', " + SIZES + "}").replace('\'', '"'));
    Architecture architecture = DetrFamily.parse(JsonConfig.read(config));
    Map<String, Weight> weights = TestingWeights.random(architecture.tensors(), 7);
    Map<String, float[]> exact = run(architecture, weights, Precision.FP32);
    Map<String, Double> drift = new TreeMap<>();
    run(architecture, weights, Precision.BF16)
        .forEach((step, found) -> drift.put(step, relativeDrift(found, exact.get(step))));
    return drift;
  }

  private static Map<String, float[]> run(
      Architecture architecture, Map<String, Weight> weights, Precision precision) {
    Random random = new Random(11);
    float[] pixels = new float[3 * 200 * 264];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    try (TorchModule module = architecture.program().load(Device.cpu(), precision, weights);
        Tensor input = module.tensor(pixels, 1, 3, 200, 264);
        Tensors out = module.run("stages", Map.of("pixels", input))) {
      Map<String, float[]> values = new TreeMap<>();
      out.forEach((name, tensor) -> values.put(name, tensor.floats()));
      return values;
    }
  }
}
