package dev.boxmill.detr.deimv2;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingAuthors.floats;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.TestingAuthors;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The published DEIMv2-Atto, trained on COCO, step by step against what its authors' network
 * computes of two photographs. Runs where {@code -Dshared.data} says where that lies.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDeimv2 {
  private static final float TOLERANCE = 1e-3f;

  /** Their steps and ours; of each layer behind these. */
  private static final Map<String, String> STEPS = new LinkedHashMap<>();

  private static final Map<String, String> LAYER_STEPS =
      Map.of(
          ".after_self_attention", ".self",
          ".after_cross_attention", ".cross",
          ".output", "",
          ".corners", ".corners",
          ".boxes", ".boxes");

  static {
    STEPS.put("backbone.stage2", "c3");
    STEPS.put("backbone.stage3", "c4");
    STEPS.put("encoder.input_proj.0", "encoder.input");
    STEPS.put("encoder.down_conv1", "encoder.reduced");
    STEPS.put("encoder.bi_fusion_conv", "encoder.global");
    STEPS.put("encoder.feature_map.0", "encoder.0");
    STEPS.put("encoder.feature_map.1", "encoder.1");
    STEPS.put("query_selection.logits", "query.scores");
    STEPS.put("decoder.initial_boxes", "decoder.first");
  }

  private static Path directory() {
    return Path.of(System.getProperty("repository"))
        .resolve(System.getProperty("shared.data"))
        .resolve("real/deimv2_atto_coco");
  }

  @ParameterizedTest
  @CsvSource({"case_1, 640, 480", "case_2, 480, 640"})
  void everyStepIsTheAuthors(String name, int width, int height) {
    try (DetectorFiles files = DetectorFiles.open(directory());
        Checkpoint theirs = Checkpoint.openFile(directory().resolve(name + ".safetensors"))) {
      Map<String, float[]> found = TestingAuthors.run(files, theirs, "pixel_values");
      STEPS.forEach((step, ours) -> assertStep(step, ours, theirs, found));
      if (theirs.names().contains("backbone.stage1")) {
        assertStep("backbone.stage1", "c2", theirs, found);
      }
      for (int layer = 0; layer < 3; layer++) {
        String from = "decoder.layer" + layer;
        String to = "decoder." + layer;
        LAYER_STEPS.forEach((step, ours) -> assertStep(from + step, to + ours, theirs, found));
      }
      assertStep("logits", "logits", theirs, found);
      assertStep("pred_boxes", "boxes", theirs, found);
      assertDetections(files, found, theirs, new ImageSize(width, height));
    }
  }

  private static void assertStep(
      String step, String ours, Checkpoint theirs, Map<String, float[]> found) {
    assertThat(found).as("steps").containsKey(ours);
    assertClose(step, found.get(ours), floats(theirs, step), TOLERANCE);
  }

  private static void assertDetections(
      DetectorFiles files, Map<String, float[]> found, Checkpoint theirs, ImageSize image) {
    int queries = found.get("boxes").length / 4;
    List<Detection> detections =
        files
            .architecture()
            .postProcessing()
            .detections(found.get("logits"), found.get("boxes"), queries, 0, 0);
    float[] scores = new float[queries];
    float[] boxes = new float[4 * queries];
    assertThat(detections).hasSize(queries);
    for (int i = 0; i < queries; i++) {
      scores[i] = detections.get(i).score();
      Corners corners = detections.get(i).box().corners(image);
      boxes[4 * i] = corners.xMin();
      boxes[4 * i + 1] = corners.yMin();
      boxes[4 * i + 2] = corners.xMax();
      boxes[4 * i + 3] = corners.yMax();
    }
    assertClose("scores", scores, floats(theirs, "result.scores"), TOLERANCE);
    // those behind are as good as tied
    int sure = 20;
    float[] theirBoxes = floats(theirs, "result.boxes");
    assertClose(
        "boxes",
        Arrays.copyOf(boxes, 4 * sure),
        Arrays.copyOf(theirBoxes, 4 * sure),
        Math.max(image.width(), image.height()) * TOLERANCE);
  }
}
