package dev.boxmill.detr.dab;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.torchscript.Precision;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The authors' own DN-DETR: their {@code .pth}, and every step that their code computed. Runs where
 * {@code -Dshared.data} says where it lies, in a folder {@code reference/dn_detr_r50}. Its padded
 * batch has no counterpart here, where nothing is ever padded.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDnDetr {
  private static final int LAYERS = 3;

  /** Their names of ours. */
  private static final Map<String, String> STEPS =
      Map.of(
          "c5", "backbone.0",
          "encoder.0", "encoder_layer.0",
          "memory", "memory",
          "decoder.0", "decoder_layer.0",
          "decoder.1", "decoder_layer.1",
          "decoder.2", "decoder_layer.2",
          "logits", "pred_logits",
          "boxes", "pred_boxes");

  @ParameterizedTest
  @ValueSource(strings = {"case_single", "case_odd"})
  void everyStepIsTheAuthors(String name) {
    Path directory = Path.of(System.getProperty("shared.data"), "reference", "dn_detr_r50");
    DetectorOptions options = new DetectorOptions("dn-detr:heads=4", Map.of());
    try (Checkpoint given = Checkpoint.openFile(directory.resolve(name + ".safetensors"));
        DetectorFiles files = DetectorFiles.open(directory.resolve("model.pth"), options)) {
      Map<String, float[]> found = run(files, given);
      for (Map.Entry<String, float[]> step : expected(given).entrySet()) {
        assertClose(step.getKey(), found.get(step.getKey()), step.getValue(), FLOAT32_TOLERANCE);
      }
    }
  }

  private static Map<String, float[]> run(DetectorFiles files, Checkpoint given) {
    long[] shape = given.tensor("pixels").shape().stream().mapToLong(Long::longValue).toArray();
    float[] pixels = floats(given, "pixels");
    return TestingNetwork.run(
        files, "stages", program -> program, Precision.FP32, m -> m.tensor(pixels, shape));
  }

  private static Map<String, float[]> expected(Checkpoint given) {
    Map<String, float[]> steps = new LinkedHashMap<>();
    STEPS.forEach((ours, theirs) -> steps.put(ours, floats(given, theirs)));
    for (int layer = 0; layer < LAYERS; layer++) {
      steps.put("references." + layer, layer(floats(given, "references"), layer));
    }
    steps.put("decoded", layer(floats(given, "hs"), LAYERS - 1));
    return steps;
  }

  private static float[] layer(float[] all, int layer) {
    int size = all.length / LAYERS;
    return Arrays.copyOfRange(all, layer * size, (layer + 1) * size);
  }

  private static float[] floats(Checkpoint given, String name) {
    FloatBuffer values = given.tensor(name).values();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }
}
