package dev.boxmill.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestBoxMatching {

  private static final Thresholds THRESHOLDS = new Thresholds(0, 0.5, 0.9);
  private static final Corners PLACE = new Corners(100, 100, 200, 200);
  private static final Corners BESIDE = new Corners(120, 100, 220, 200);
  private static final Corners ELSEWHERE = new Corners(400, 100, 500, 200);

  @Test
  void tellsWhatBecameOfABox() {
    assertThat(changes(box("cup", PLACE), box("cup", PLACE))).containsExactly(Change.KEPT);
    assertThat(changes(box("cup", PLACE), box("cup", BESIDE))).containsExactly(Change.MOVED);
    assertThat(changes(box("cup", PLACE), box("dog", BESIDE)))
        .containsExactly(Change.CLASS_CHANGED);
    assertThat(changes(box("cup", PLACE), box("cup", ELSEWHERE)))
        .containsExactly(Change.VANISHED, Change.APPEARED);
  }

  @Test
  void thresholdsDecideWhatIsOneObject() {
    List<LabeledBox> before = List.of(box("cup", PLACE));
    List<LabeledBox> after = List.of(box("cup", BESIDE)); // an IoU of two thirds

    assertThat(BoxMatching.of(before, after, new Thresholds(0, 0.7, 0.9))).hasSize(2);
    assertThat(BoxMatching.of(before, after, new Thresholds(0, 0.5, 0.6)))
        .extracting(BoxPair::change)
        .containsExactly(Change.KEPT);
  }

  @Test
  void theSameClassGoesBeforeABetterPlace() {
    List<BoxPair> pairs =
        BoxMatching.of(
            List.of(box("cup", PLACE)), List.of(box("dog", PLACE), box("cup", BESIDE)), THRESHOLDS);

    assertThat(pairs).extracting(BoxPair::change).containsExactly(Change.MOVED, Change.DOUBLED);
  }

  @Test
  void theBestOverlapGoesFirst() {
    LabeledBox near = box("cup", new Corners(105, 100, 205, 200));
    List<BoxPair> pairs =
        BoxMatching.of(List.of(box("cup", BESIDE), near), List.of(box("cup", PLACE)), THRESHOLDS);

    assertThat(pairs.get(0).before()).contains(near);
    assertThat(pairs.get(1).change()).isEqualTo(Change.STILL_COVERED);
  }

  @Test
  void aDuplicateLeftOutIsNoLostObject() {
    LabeledBox best = box("cup", PLACE);
    LabeledBox again = box("cup", new Corners(105, 100, 205, 200));
    LabeledBox otherClass = box("dog", BESIDE);
    LabeledBox lost = box("cup", ELSEWHERE);

    assertThat(changes(List.of(best, again, otherClass, lost), List.of(best)))
        .containsExactly(Change.KEPT, Change.STILL_COVERED, Change.STILL_COVERED, Change.VANISHED);
    assertThat(changes(List.of(best), List.of(best, again, otherClass, lost)))
        .containsExactly(Change.KEPT, Change.DOUBLED, Change.DOUBLED, Change.APPEARED);
  }

  @Test
  void aDuplicateWeighsByWhatTheBoxThatCoversItLacks() {
    LabeledBox best = box("cup", PLACE);

    assertThat(BoxMatching.of(List.of(best, best), List.of(best), THRESHOLDS))
        .allMatch(pair -> pair.difference() == 0);
    assertThat(difference(List.of(best, box("cup", BESIDE)), List.of(best)))
        .isBetween(0.299, 0.301);
  }

  @Test
  void differencesWeighAsTheyWereSeen() {
    assertThat(difference(box("cup", PLACE), box("cup", PLACE))).isZero();
    assertThat(difference(box("cup", PLACE), box("cup", BESIDE))).isBetween(0.299, 0.301);
    assertThat(difference(box("cup", PLACE), box("dog", PLACE))).isBetween(0.899, 0.901);
    assertThat(difference(box("cup", PLACE), box("cup", ELSEWHERE))).isBetween(1.799, 1.801);
  }

  @Test
  void aTableComparedWithItselfKeepsEveryBox() {
    List<LabeledBox> boxes = random(new Random(3), 60);

    assertThat(BoxMatching.of(boxes, boxes, THRESHOLDS))
        .hasSize(60)
        .allMatch(pair -> pair.change() == Change.KEPT && pair.difference() == 0);
  }

  @Test
  void eachBoxIsCountedOnce() {
    Random random = new Random(4);
    for (int round = 0; round < 50; round++) {
      List<LabeledBox> before = random(random, random.nextInt(30));
      List<LabeledBox> after = random(random, random.nextInt(30));

      List<BoxPair> pairs = BoxMatching.of(before, after, THRESHOLDS);

      assertThat(pairs.stream().flatMap(pair -> pair.before().stream()))
          .containsExactlyInAnyOrderElementsOf(before);
      assertThat(pairs.stream().flatMap(pair -> pair.after().stream()))
          .containsExactlyInAnyOrderElementsOf(after);
      assertThat(pairs.stream().filter(pair -> pair.change() == Change.MOVED))
          .allMatch(pair -> pair.difference() > 0);
    }
  }

  private static double difference(LabeledBox before, LabeledBox after) {
    return difference(List.of(before), List.of(after));
  }

  private static double difference(List<LabeledBox> before, List<LabeledBox> after) {
    return BoxMatching.of(before, after, THRESHOLDS).stream()
        .mapToDouble(BoxPair::difference)
        .sum();
  }

  private static List<Change> changes(LabeledBox before, LabeledBox after) {
    return changes(List.of(before), List.of(after));
  }

  private static List<Change> changes(List<LabeledBox> before, List<LabeledBox> after) {
    return BoxMatching.of(before, after, THRESHOLDS).stream().map(BoxPair::change).toList();
  }

  private static List<LabeledBox> random(Random random, int count) {
    List<LabeledBox> boxes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float x = random.nextInt(100);
      float y = random.nextInt(100);
      Corners at = new Corners(x, y, x + 20 + random.nextInt(30), y + 20 + random.nextInt(30));
      boxes.add(box(random.nextBoolean() ? "cup" : "dog", at));
    }
    return boxes;
  }

  private static LabeledBox box(String label, Corners at) {
    return new LabeledBox(1, label, 0.9f, at, at);
  }
}
