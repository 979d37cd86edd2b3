package dev.boxmill.refiners.boxes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Soft-NMS and non-maximum weighting against the package ensemble-boxes. */
final class TestSuppression {

  /** Scores and boxes are floats, the package's sums of boxes too. */
  private static final double FLOATS = 1e-6;

  private static final Box BOX = new Box(0.5f, 0.5f, 0.5f, 0.5f);

  @Test
  void softNmsEqualsThePackage() throws IOException {
    for (JsonNode golden : cases()) {
      requireSoft(golden, "gaussian", Map.of());
      requireSoft(golden, "linear", Map.of("linear", "true"));
    }
  }

  private static void requireSoft(JsonNode golden, String method, Map<String, String> options) {
    Map<String, String> given = new HashMap<>(options);
    given.put("sigma", golden.get("sigma").asText());
    given.put("iou", golden.get("iou").asText());
    given.put("min-score", golden.get("min_score").asText());

    List<Detection> refined = refine(new SoftNmsFactory(), given, detections(golden, 0));

    JsonNode expected = golden.get(method);
    assertThat(refined).hasSameSizeAs(expected);
    for (int i = 0; i < refined.size(); i++) {
      assertThat(refined.get(i).query()).isEqualTo(expected.get(i).get("index").intValue());
      assertThat((double) refined.get(i).score())
          .isCloseTo(expected.get(i).get("score").doubleValue(), within(FLOATS));
    }
  }

  @Test
  void weightingEqualsThePackage() throws IOException {
    for (JsonNode golden : cases()) {
      List<Detection> refined =
          refine(
              new WeightedNmsFactory(),
              Map.of("iou", golden.get("iou").asText()),
              detections(golden, 0));

      JsonNode expected = golden.get("weighted");
      assertThat(refined).hasSameSizeAs(expected);
      for (int i = 0; i < refined.size(); i++) {
        Box box = refined.get(i).box();
        float[] sides = {box.cx(), box.cy(), box.width(), box.height()};
        for (int side = 0; side < sides.length; side++) {
          assertThat((double) sides[side])
              .isCloseTo(expected.get(i).get("box").get(side).doubleValue(), within(FLOATS));
        }
        assertThat((double) refined.get(i).score())
            .isCloseTo(expected.get(i).get("score").doubleValue(), within(FLOATS));
      }
    }
  }

  @Test
  void otherClassesAreLeftAlone() throws IOException {
    for (JsonNode golden : cases()) {
      for (RefinerFactory factory : List.of(new SoftNmsFactory(), new WeightedNmsFactory())) {
        List<Detection> both = new ArrayList<>(detections(golden, 0));
        both.addAll(detections(golden, 1));

        List<Detection> refined = refine(factory, Map.of(), both);

        assertThat(refined.stream().filter(one -> one.labelId() == 0).toList())
            .isEqualTo(refine(factory, Map.of(), detections(golden, 0)));
      }
    }
  }

  @Test
  void boxAloneStaysToTheBit() {
    List<Detection> alone = List.of(Detection.of(0, 1, 0.3f, new Box(0.1f, 0.2f, 0.3f, 0.7f)));

    assertThat(refine(new SoftNmsFactory(), Map.of(), alone)).isEqualTo(alone);
    assertThat(refine(new WeightedNmsFactory(), Map.of(), alone)).isEqualTo(alone);
  }

  @Test
  void copyOfABoxLosesItsScoreSoftlyAndGoesByWeighting() {
    Detection first = Detection.of(0, 1, 0.75f, BOX);
    Detection second = Detection.of(1, 1, 0.5f, BOX);

    assertThat(refine(new SoftNmsFactory(), Map.of(), List.of(first, second)))
        .containsExactly(first, second.withScore((float) (0.5 * Math.exp(-2))));
    assertThat(refine(new SoftNmsFactory(), Map.of("linear", "true"), List.of(first, second)))
        .containsExactly(first);
    assertThat(refine(new WeightedNmsFactory(), Map.of(), List.of(first, second)))
        .containsExactly(first);
  }

  private static List<Detection> detections(JsonNode golden, int label) {
    List<Detection> detections = new ArrayList<>();
    for (int i = 0; i < golden.get("scores").size(); i++) {
      JsonNode box = golden.get("boxes").get(i);
      detections.add(
          Detection.of(
              i,
              label,
              golden.get("scores").get(i).floatValue(),
              new Box(
                  box.get(0).floatValue(),
                  box.get(1).floatValue(),
                  box.get(2).floatValue(),
                  box.get(3).floatValue())));
    }
    return detections;
  }

  private static List<Detection> refine(
      RefinerFactory factory, Map<String, String> options, List<Detection> detections) {
    RefinerContext context =
        new RefinerContext(
            Map.of(0, "cat", 1, "dog"), Device.cpu(), Precision.FP32, List.of(), Optional.empty());
    ImageRefiner refiner =
        (ImageRefiner) factory.create(RefinerOptions.of(factory, options), context);
    return refiner.refine(new ImageSize(100, 100), detections);
  }

  private static List<JsonNode> cases() throws IOException {
    try (InputStream file = TestSuppression.class.getResourceAsStream("suppression.json")) {
      List<JsonNode> cases = new ArrayList<>();
      new ObjectMapper().readTree(file).forEach(cases::add);
      return cases;
    }
  }
}
