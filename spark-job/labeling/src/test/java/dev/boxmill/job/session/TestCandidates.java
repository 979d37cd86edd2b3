package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabelledBox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestCandidates {
  private static final Map<Integer, String> LABELS = Map.of(1, "cup", 2, "dog");
  private static final Corners HERE = new Corners(0.1f, 3.7f, 33.3f, 44.9f);
  private static final Corners THERE = new Corners(50, 10, 98.6f, 60.2f);
  private static final Corners MOVED = new Corners(1, 4, 34, 45);

  private final LabelRow.Labelled known =
      row(
          new LabelledBox(1, "cup", 0.9f, MOVED, HERE),
          new LabelledBox(2, "dog", 0.5f, THERE, THERE),
          new LabelledBox(2, "dog", 0.5f, HERE, HERE),
          new LabelledBox(1, "cup", 0.1f, THERE, THERE));

  @Test
  void detectionsAreTheDetectorsAndShareAQueryWhereTheyShareABox() {
    List<Detection> detections = new Candidates(known, 0.05f).detections();

    assertThat(detections).extracting(Detection::query).containsExactly(0, 1, 0, 1);
    assertThat(detections).extracting(Detection::labelId).containsExactly(1, 2, 2, 1);
    assertThat(detections).extracting(Detection::score).containsExactly(0.9f, 0.5f, 0.5f, 0.1f);
    assertThat(detections).allMatch(found -> found.box().equals(found.detectorBox()));
    assertThat(detections.get(0).box()).isEqualTo(HERE.relativeTo(known.size().orElseThrow()));
  }

  @Test
  void onlyBoxesAboveTheThresholdStay() {
    Candidates candidates = new Candidates(known, 0.5f);

    assertThat(candidates.detections()).extracting(Detection::score).containsExactly(0.9f);
    List<Detection> weaker = List.of(candidates.detections().get(0).withScore(0.4f));
    assertThat(candidates.row(weaker, 0.5f, LABELS).boxes()).isEmpty();
    assertThat(new Candidates(known, 0.9f).detections()).isEmpty();
  }

  @Test
  void whatNoRefinerMovedLiesWhereItLayToTheBit() {
    Candidates candidates = new Candidates(known, 0.05f);
    List<Detection> same = candidates.detections();

    assertThat(candidates.row(same, 0.05f, LABELS))
        .isEqualTo(
            row(
                new LabelledBox(1, "cup", 0.9f, HERE, HERE),
                new LabelledBox(2, "dog", 0.5f, THERE, THERE),
                new LabelledBox(2, "dog", 0.5f, HERE, HERE),
                new LabelledBox(1, "cup", 0.1f, THERE, THERE)));
  }

  @Test
  void whatRefinersChangedIsSortedByScoreAndKeepsTheDetectorsBox() {
    Candidates candidates = new Candidates(known, 0.05f);
    Detection first = candidates.detections().get(0).withScore(0.2f);
    Detection last = candidates.detections().get(3).withLabelId(2).withScore(0.6f);
    Box whole = new Box(0.5f, 0.5f, 1, 1);

    assertThat(candidates.row(List.of(first, last.withBox(whole)), 0.05f, LABELS).boxes())
        .containsExactly(
            new LabelledBox(2, "dog", 0.6f, new Corners(0, 0, 100, 80), THERE),
            new LabelledBox(1, "cup", 0.2f, HERE, HERE));
  }

  private static LabelRow.Labelled row(LabelledBox... boxes) {
    return new LabelRow.Labelled(
        "file:///1.jpg", Optional.of("5ha"), Optional.of(new ImageSize(100, 80)), List.of(boxes));
  }
}
