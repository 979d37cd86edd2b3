package dev.boxmill.job.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.fuse.FusionRules.Confidence;
import dev.boxmill.job.fuse.WeightedBoxesFusion.TableBoxes;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class TestWeightedBoxesFusion {

  private static final ImageSize SIZE = new ImageSize(640, 480);

  /** The package sums boxes in float32, relative to the image. */
  private static final double PIXELS = 1e-3;

  private static final double SCORES = 1e-6;

  private static final Corners BOX = new Corners(10, 10, 110, 60);

  @Test
  void equalsTheEnsembleBoxesPackage() throws IOException {
    int compared = 0;
    for (JsonNode golden : golden().get("cases")) {
      List<LabeledBox> fused = fusion(golden).fuse(tables(golden.get("tables")), SIZE);

      JsonNode expected = golden.get("fused");
      assertThat(fused).as("%s", golden.get("confidence")).hasSameSizeAs(expected);
      for (int i = 0; i < fused.size(); i++) {
        requireEqual(fused.get(i), expected.get(i));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(200);
  }

  private static void requireEqual(LabeledBox box, JsonNode expected) {
    assertThat(box.labelId()).isEqualTo(expected.get("label").intValue());
    assertThat((double) box.score()).isCloseTo(expected.get("score").doubleValue(), within(SCORES));
    Corners at = box.corners();
    float[] sides = {at.xMin(), at.yMin(), at.xMax(), at.yMax()};
    for (int side = 0; side < sides.length; side++) {
      assertThat((double) sides[side])
          .isCloseTo(expected.get("box").get(side).doubleValue(), within(PIXELS));
    }
  }

  @Test
  void boxesOfOnePlaceAreOneAtTheirWeightedMean() {
    Corners moved = new Corners(20, 10, 120, 60);
    WeightedBoxesFusion fusion = fusion(List.of(1.0, 3.0), Confidence.AVG);

    List<LabeledBox> fused =
        fusion.fuse(List.of(table(0, box(0.5f, BOX)), table(1, box(0.5f, moved))), SIZE);

    assertThat(fused)
        .containsExactly(new LabeledBox(1, "cat", 0.5f, new Corners(17.5f, 10, 117.5f, 60), moved));
  }

  @Test
  void boxThatOneTableAloneHasScoresLess() {
    WeightedBoxesFusion fusion = fusion(List.of(1.0, 1.0), Confidence.AVG);

    assertThat(fusion.fuse(List.of(table(0, box(0.5f, BOX)), table(1)), SIZE))
        .containsExactly(box(0.25f, BOX));
    assertThat(fusion.fuse(List.of(table(0, box(0.5f, BOX))), SIZE))
        .as("the other table knows nothing of the image")
        .containsExactly(box(0.5f, BOX));
  }

  @Test
  void orderOfTablesChangesNothing() throws IOException {
    for (JsonNode golden : golden().get("cases")) {
      List<TableBoxes> tables = tables(golden.get("tables"));
      List<TableBoxes> turned = new ArrayList<>(tables);
      Collections.reverse(turned);

      assertThat(fusion(golden).fuse(turned, SIZE)).isEqualTo(fusion(golden).fuse(tables, SIZE));
    }
  }

  @Test
  void scoresStayBelowOne() {
    WeightedBoxesFusion fusion = fusion(List.of(3.0, 1.0), Confidence.AVG);

    List<LabeledBox> fused =
        fusion.fuse(List.of(table(0, box(0.9f, BOX), box(0.8f, BOX)), table(1)), SIZE);

    assertThat(fused).extracting(LabeledBox::score).containsExactly(1f);
  }

  @Test
  void rulesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> fusion(List.of(1.0, 0.0), Confidence.AVG))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --weights: 0.0 (must be above 0)");
    assertThatThrownBy(() -> new FusionRules(List.of(1.0), 1.5, 0, Confidence.AVG))
        .hasMessage("Invalid --iou: 1.5 (must be from 0 to 1)");
    assertThatThrownBy(() -> new FusionRules(List.of(1.0), 0.5, -1, Confidence.AVG))
        .hasMessage("Invalid --min-score: -1.0 (must be from 0 to 1)");
  }

  private static LabeledBox box(float score, Corners corners) {
    return new LabeledBox(1, "cat", score, corners, corners);
  }

  private static TableBoxes table(int number, LabeledBox... boxes) {
    return new TableBoxes(number, List.of(boxes));
  }

  private static WeightedBoxesFusion fusion(List<Double> weights, Confidence confidence) {
    return new WeightedBoxesFusion(new FusionRules(weights, 0.55, 0, confidence));
  }

  private static WeightedBoxesFusion fusion(JsonNode golden) {
    List<Double> weights = new ArrayList<>();
    golden.get("weights").forEach(weight -> weights.add(weight.doubleValue()));
    return new WeightedBoxesFusion(
        new FusionRules(
            weights,
            golden.get("iou").doubleValue(),
            golden.get("min_score").doubleValue(),
            Confidence.valueOf(golden.get("confidence").textValue().toUpperCase(Locale.ROOT))));
  }

  private static List<TableBoxes> tables(JsonNode golden) {
    List<TableBoxes> tables = new ArrayList<>();
    for (JsonNode table : golden) {
      List<LabeledBox> boxes = new ArrayList<>();
      for (JsonNode box : table) {
        JsonNode at = box.get("box");
        Corners corners =
            new Corners(
                at.get(0).floatValue(),
                at.get(1).floatValue(),
                at.get(2).floatValue(),
                at.get(3).floatValue());
        int label = box.get("label").intValue();
        boxes.add(
            new LabeledBox(
                label, "kind " + label, box.get("score").floatValue(), corners, corners));
      }
      tables.add(new TableBoxes(tables.size(), boxes));
    }
    return tables;
  }

  private static JsonNode golden() throws IOException {
    try (InputStream file = TestWeightedBoxesFusion.class.getResourceAsStream("fusion.json")) {
      return new ObjectMapper().readTree(file);
    }
  }
}
