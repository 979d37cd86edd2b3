package dev.boxmill.job.samples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.image.Picture;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The detector that ships, on the scenes that ship. */
final class TestEmbeddedDetector {
  private static final float MIN_SCORE = 0.3f;

  /** Share of the scenes' objects that must be found; its README gives its real AP. */
  private static final double MIN_RECALL = 0.9;

  /** How far bfloat16 may move a box or a score that counts. */
  private static final float MIN_IOU = 0.85f;

  private static final float MAX_SCORE_DRIFT = 0.1f;

  private static List<Scene> scenes;

  /** An object as the scene's drawer or the detector names it. */
  private record Found(String label, float score, Corners corners) {
    boolean agrees(Found other, float minIou) {
      return label.equals(other.label) && corners.iou(other.corners) >= minIou;
    }
  }

  private record Scene(byte[] file, List<Found> objects) {}

  @BeforeAll
  static void read() throws IOException {
    scenes = new ArrayList<>();
    JsonNode annotations = new ObjectMapper().readTree(resource("annotations.json"));
    Map<Integer, String> labels = new HashMap<>();
    annotations.get("categories").forEach(c -> labels.put(c.get("id").intValue(), text(c, "name")));
    for (JsonNode image : annotations.get("images")) {
      List<Found> objects = new ArrayList<>();
      for (JsonNode annotation : annotations.get("annotations")) {
        if (annotation.get("image_id").equals(image.get("id"))) {
          String label = labels.get(annotation.get("category_id").intValue());
          objects.add(new Found(label, 1, corners(annotation.get("bbox"))));
        }
      }
      scenes.add(new Scene(resource("images/" + text(image, "file_name")), objects));
    }
  }

  @Test
  void findsMostObjects() throws UnreadableImageException {
    int objects = 0;
    int found = 0;
    List<List<Found>> all = detect(Precision.FP32, MIN_SCORE);
    for (int i = 0; i < scenes.size(); i++) {
      List<Found> detections = all.get(i);
      objects += scenes.get(i).objects().size();
      found +=
          (int) scenes.get(i).objects().stream().filter(o -> near(o, detections, 0.5f)).count();
    }
    assertThat(objects).isGreaterThan(30);
    assertThat((double) found / objects).as("recall").isGreaterThan(MIN_RECALL);
  }

  @Test
  void bfloat16FindsTheSame() throws UnreadableImageException {
    List<List<Found>> exact = detect(Precision.FP32, MIN_SCORE + MAX_SCORE_DRIFT);
    List<List<Found>> rounded = detect(Precision.BF16, MIN_SCORE);
    for (int i = 0; i < scenes.size(); i++) {
      List<Found> detections = rounded.get(i);
      assertThat(exact.get(i))
          .as("scene %s", i)
          .allSatisfy(
              expected ->
                  assertThat(detections)
                      .anySatisfy(
                          other -> {
                            assertThat(other.agrees(expected, MIN_IOU)).isTrue();
                            assertThat(Math.abs(other.score() - expected.score()))
                                .isLessThan(MAX_SCORE_DRIFT);
                          }));
    }
    assertThat(exact.stream().mapToInt(List::size).sum()).isGreaterThan(20);
  }

  private static boolean near(Found object, List<Found> detections, float minIou) {
    return detections.stream().anyMatch(detection -> detection.agrees(object, minIou));
  }

  private static List<List<Found>> detect(Precision precision, float minScore)
      throws UnreadableImageException {
    List<List<Found>> all = new ArrayList<>();
    try (Detector detector = Detector.load(EmbeddedDetector.directory(), Device.cpu(), precision)) {
      for (Scene scene : scenes) {
        Picture picture = detector.decoder().decode(scene.file());
        try (ResizedPicture resized = detector.resize(picture);
            DetectedBatch batch = detector.detect(List.of(resized), minScore, 0)) {
          all.add(
              batch.detections().get(0).stream().map(d -> found(detector, d, picture)).toList());
        }
      }
    }
    return all;
  }

  private static Found found(Detector detector, Detection detection, Picture picture) {
    return new Found(
        detector.classNames().get(detection.labelId()),
        detection.score(),
        detection.box().corners(picture.size()));
  }

  private static Corners corners(JsonNode box) {
    float x = box.get(0).floatValue();
    float y = box.get(1).floatValue();
    return new Corners(x, y, x + box.get(2).floatValue(), y + box.get(3).floatValue());
  }

  private static String text(JsonNode node, String key) {
    return node.get(key).textValue();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = TestEmbeddedDetector.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
