package dev.boxmill.job.session;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
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
  private final LabelRow.Labeled known;
  private final ImageSize size;
  private final List<Detection> detections = new ArrayList<>();
  private final List<Corners> corners = new ArrayList<>();

  /**
   * Those of a row.
   *
   * @param minScore only boxes that score above it are kept
   */
  Candidates(LabelRow.Labeled known, float minScore) {
    this.known = known;
    this.size = known.size().orElseThrow();
    Map<Corners, Integer> queries = new LinkedHashMap<>();
    for (LabeledBox box : known.boxes()) {
      if (box.score() > minScore) {
        add(box, queries.computeIfAbsent(box.detectorCorners(), place -> queries.size()));
      }
    }
    corners.addAll(queries.keySet());
  }

  private void add(LabeledBox box, int query) {
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
   * @param classNames by label id
   */
  LabelRow.Labeled row(List<Detection> refined, float minScore, Map<Integer, String> classNames) {
    List<LabeledBox> boxes =
        RefinedBoxes.kept(refined, minScore, detection -> box(detection, classNames));
    return new LabelRow.Labeled(known.imageUri(), known.imageSha256(), known.size(), boxes);
  }

  private LabeledBox box(Detection detection, Map<Integer, String> classNames) {
    Corners before = corners.get(detection.query());
    return new LabeledBox(
        detection.labelId(),
        classNames.get(detection.labelId()),
        detection.score(),
        detection.box().equals(detection.detectorBox()) ? before : detection.box().corners(size),
        before);
  }
}
