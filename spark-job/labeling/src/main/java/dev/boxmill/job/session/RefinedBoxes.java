package dev.boxmill.job.session;

import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.LabeledBox;
import java.util.List;
import java.util.function.Function;

/** From what refiners give to the boxes of a row. */
final class RefinedBoxes {

  private RefinedBoxes() {}

  /**
   * The boxes that a row keeps, by descending score; a refiner may have lowered scores, or changed
   * their order.
   *
   * @param refined detections after all refiners
   * @param minScore only boxes that score above it are kept
   * @param box how a detection is written
   */
  static List<LabeledBox> kept(
      List<Detection> refined, float minScore, Function<Detection, LabeledBox> box) {
    return refined.stream()
        .filter(detection -> detection.score() > minScore)
        .sorted(Detection.BY_DESCENDING_SCORE)
        .map(box)
        .toList();
  }
}
