package dev.boxmill.job.session;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabelledBox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a table holds of an image as the detector found it, before any refiner.
 *
 * <p>The table has no column for the decoder's queries. Detections of one query have one detector's
 * box, to the bit, so boxes tell them apart; they are numbered by their first detection, which
 * keeps their order where scores are equal.
 */
final class Candidates {
  private static final Comparator<LabelledBox> BY_SCORE =
      Comparator.comparing(LabelledBox::score).reversed();

  private final LabelRow.Labelled known;
  private final ImageSize size;
  private final List<Detection> detections = new ArrayList<>();
  private final List<Corners> corners = new ArrayList<>();

  /**
   * Those of a row.
   *
   * @param minScore only boxes that score above it are kept
   */
  Candidates(LabelRow.Labelled known, float minScore) {
    this.known = known;
    this.size = known.size().orElseThrow();
    Map<Corners, Integer> queries = new LinkedHashMap<>();
    for (LabelledBox box : known.boxes()) {
      if (box.score() > minScore) {
        add(box, queries.computeIfAbsent(box.detectorCorners(), place -> queries.size()));
      }
    }
    corners.addAll(queries.keySet());
  }

  private void add(LabelledBox box, int query) {
    detections.add(
        Detection.of(query, box.labelId(), box.score(), box.detectorCorners().relativeTo(size)));
  }

  ImageSize size() {
    return size;
  }

  /** By descending score, as the detector gave them. */
  List<Detection> detections() {
    return detections;
  }

  /**
   * The image's row with other boxes. One that no refiner moved lies where it lay, to the bit.
   *
   * @param refined some of {@link #detections}, changed by refiners
   * @param minScore only boxes that score above it are kept
   * @param labels class names by label id
   */
  LabelRow.Labelled row(List<Detection> refined, float minScore, Map<Integer, String> labels) {
    List<LabelledBox> boxes =
        refined.stream()
            .filter(detection -> detection.score() > minScore)
            .map(detection -> box(detection, labels))
            .sorted(BY_SCORE)
            .toList();
    return new LabelRow.Labelled(known.imageUri(), known.imageSha256(), known.size(), boxes);
  }

  private LabelledBox box(Detection detection, Map<Integer, String> labels) {
    Corners before = corners.get(detection.query());
    return new LabelledBox(
        detection.labelId(),
        labels.get(detection.labelId()),
        detection.score(),
        detection.box().equals(detection.detectorBox()) ? before : detection.box().corners(size),
        before);
  }
}
