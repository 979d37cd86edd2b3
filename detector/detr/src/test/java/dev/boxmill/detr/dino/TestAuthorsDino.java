package dev.boxmill.detr.dino;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.StoredTensor;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Precision;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Step by step against what the authors' own code computed from the same weights. Runs where {@code
 * -Dshared.data} says where that lies, in a folder {@code reference}. Its padded images are left
 * out: nothing is padded here.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDino {

  /** Both sides' float32 is up to 1e-4 from float64. */
  private static final float TOLERANCE = 2e-4f;

  private static final int ENCODER_LAYERS = 2;
  private static final int DECODER_LAYERS = 3;
  private static final int QUERIES = 20;
  private static final int SELECTED = 30;

  /** What their post-processing was given as the image. */
  private static final ImageSize TARGET = new ImageSize(300, 200);

  @ParameterizedTest
  @CsvSource({
    "dino_4scale, single, 96, 136",
    "dino_4scale, odd, 101, 147",
    "dino_4scale, wide, 64, 432",
    "dino_5scale, single, 96, 136",
    "dino_5scale, odd, 101, 147",
    "dino_5scale, wide, 64, 216"
  })
  void everyStepIsTheAuthors(String network, String name, int height, int width) {
    Path directory = Path.of(System.getProperty("shared.data"), "reference", network);
    DetectorOptions options = new DetectorOptions("dino:heads=4", Map.of());
    try (DetectorFiles files = DetectorFiles.open(directory.resolve("model.pth"), options);
        Checkpoint theirs =
            Checkpoint.openFile(directory.resolve("case_" + name + ".safetensors"))) {
      float[] pixels = floats(theirs, "pixels");
      Map<String, float[]> found =
          TestingNetwork.run(
              files,
              "stages",
              program -> program,
              Precision.FP32,
              module -> module.tensor(pixels, 1, 3, height, width));
      Map<String, float[]> expected = expected(theirs);
      for (String step : expected.keySet()) {
        assertClose(step, found.get(step), expected.get(step), TOLERANCE);
      }
      List<Detection> detections =
          files
              .architecture()
              .postProcessing()
              .withLimit(SELECTED)
              .detections(found.get("logits"), found.get("boxes"), QUERIES, 0, 0);
      assertDetections(detections, theirs);
    }
  }

  /** Their results under the names of our steps. */
  private static Map<String, float[]> expected(Checkpoint theirs) {
    Map<String, float[]> expected = new TreeMap<>();
    int maps = (int) theirs.names().stream().filter(n -> n.matches("backbone\\.\\d+")).count();
    for (int i = 0; i < maps; i++) {
      expected.put("c" + (6 - maps + i), floats(theirs, "backbone." + i));
    }
    expected.put("tokens", tokens(theirs));
    for (int i = 0; i + 1 < ENCODER_LAYERS; i++) {
      expected.put("encoder." + i, floats(theirs, "encoder_layer." + i));
    }
    expected.put("encoder." + (ENCODER_LAYERS - 1), floats(theirs, "memory"));
    expected.put("query.candidates", floats(theirs, "enc.output_memory"));
    expected.put("query.scores", floats(theirs, "enc.class_unselected"));
    expected.put("query.boxes", floats(theirs, "enc.topk_boxes"));
    for (int i = 0; i < DECODER_LAYERS; i++) {
      expected.put("decoder." + i, floats(theirs, "decoder_layer." + i));
      expected.put("decoder." + i + ".normed", row(theirs, "hs", i));
      expected.put("decoder." + i + ".boxes", row(theirs, "references", i + 1));
    }
    expected.put("logits", floats(theirs, "pred_logits"));
    expected.put("boxes", floats(theirs, "pred_boxes"));
    return expected;
  }

  /** All levels' maps (1, D, h, w) as tokens (1, N, D). */
  private static float[] tokens(Checkpoint theirs) {
    List<String> levels =
        theirs.names().stream().filter(n -> n.startsWith("input_proj.")).sorted().toList();
    List<float[]> tokens = levels.stream().map(level -> tokens(theirs.tensor(level))).toList();
    float[] all = new float[tokens.stream().mapToInt(t -> t.length).sum()];
    int at = 0;
    for (float[] level : tokens) {
      System.arraycopy(level, 0, all, at, level.length);
      at += level.length;
    }
    return all;
  }

  private static float[] tokens(StoredTensor map) {
    FloatBuffer values = map.values();
    int channels = Math.toIntExact(map.shape().get(1));
    int cells = values.remaining() / channels;
    float[] tokens = new float[values.remaining()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = values.get(i % channels * cells + i / channels);
    }
    return tokens;
  }

  private static void assertDetections(List<Detection> detections, Checkpoint theirs) {
    assertThat(detections).hasSize(SELECTED);
    float[] scores = new float[SELECTED];
    float[] boxes = new float[4 * SELECTED];
    for (int i = 0; i < SELECTED; i++) {
      scores[i] = detections.get(i).score();
      Corners corners = detections.get(i).box().corners(TARGET);
      boxes[4 * i] = corners.xMin();
      boxes[4 * i + 1] = corners.yMin();
      boxes[4 * i + 2] = corners.xMax();
      boxes[4 * i + 3] = corners.yMax();
    }
    assertClose("scores", scores, floats(theirs, "post.scores"), TOLERANCE);
    assertClose("boxes", boxes, floats(theirs, "post.boxes"), TARGET.width() * TOLERANCE);
  }

  private static float[] row(Checkpoint theirs, String name, int index) {
    float[] all = floats(theirs, name);
    int size = all.length / Math.toIntExact(theirs.tensor(name).shape().get(0));
    return Arrays.copyOfRange(all, index * size, (index + 1) * size);
  }

  private static float[] floats(Checkpoint theirs, String name) {
    FloatBuffer values = theirs.tensor(name).values();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }
}
