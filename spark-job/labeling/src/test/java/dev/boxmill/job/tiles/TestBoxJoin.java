package dev.boxmill.job.tiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestBoxJoin {

  private static final BoxJoin MERGE = new BoxJoin(JoinRule.GREEDYNMM, Overlap.IOS, 0.5, false);

  /** Boxes of one score stand in either order. */
  private static final Comparator<LabeledBox> ORDER =
      Comparator.comparingDouble(LabeledBox::score)
          .reversed()
          .thenComparing(box -> box.corners().toString())
          .thenComparingInt(LabeledBox::labelId);

  @Test
  void boxesAreJoinedAsSahiJoinsThem() throws IOException {
    int compared = 0;
    for (JsonNode scene : TestingSahi.golden("joins")) {
      List<LabeledBox> given = boxes(scene.get("boxes"));
      for (JsonNode result : scene.get("results")) {
        List<LabeledBox> joined = join(result).join(given);

        assertThat(joined).isSortedAccordingTo(BoxJoin.BY_DESCENDING_SCORE);
        assertThat(joined.stream().sorted(ORDER).toList())
            .as("%s of %d boxes", join(result), given.size())
            .isEqualTo(boxes(result.get("boxes")).stream().sorted(ORDER).toList());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(4 * 18);
  }

  @Test
  void theDetectorsBoxesAreJoinedToo() {
    LabeledBox left =
        new LabeledBox(3, "car", 0.9f, new Corners(0, 0, 10, 10), new Corners(1, 0, 11, 9));
    LabeledBox right =
        new LabeledBox(3, "car", 0.8f, new Corners(4, 0, 14, 10), new Corners(5, 1, 13, 11));

    assertThat(MERGE.join(List.of(right, left)))
        .containsExactly(
            new LabeledBox(3, "car", 0.9f, new Corners(0, 0, 14, 10), new Corners(1, 0, 13, 11)));
  }

  @Test
  void aHundredThousandBoxesTakeSeconds() {
    Random random = new Random(22);
    List<LabeledBox> boxes = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      float x = random.nextInt(20_000);
      float y = random.nextInt(20_000);
      Corners corners = new Corners(x, y, x + 30, y + 30);
      boxes.add(new LabeledBox(0, "car", random.nextInt(1000) / 1000f, corners, corners));
    }
    long start = System.nanoTime();
    assertThat(MERGE.join(boxes)).hasSizeBetween(80_000, 99_000);
    assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
  }

  private static BoxJoin join(JsonNode result) {
    return new BoxJoin(
        JoinRule.valueOf(result.get("rule").asText().toUpperCase(Locale.ROOT)),
        Overlap.valueOf(result.get("match").asText().toUpperCase(Locale.ROOT)),
        result.get("threshold").asDouble(),
        result.get("across").asBoolean());
  }

  private static List<LabeledBox> boxes(JsonNode rows) {
    List<LabeledBox> boxes = new ArrayList<>();
    for (JsonNode row : rows) {
      Corners corners = new Corners(number(row, 2), number(row, 3), number(row, 4), number(row, 5));
      boxes.add(new LabeledBox(row.get(0).asInt(), "", number(row, 1), corners, corners));
    }
    return boxes;
  }

  private static float number(JsonNode row, int place) {
    return (float) row.get(place).asDouble();
  }
}
