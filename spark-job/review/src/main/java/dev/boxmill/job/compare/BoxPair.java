package dev.boxmill.job.compare;

import dev.boxmill.schemas.LabeledBox;
import java.util.Optional;

/**
 * An object: its box in the first run and in the second.
 *
 * @param before empty if the first run has none
 * @param after empty if the second run has none
 * @param iou of the two; of a box of one run alone with the other run's best box there
 */
record BoxPair(Change change, Optional<LabeledBox> before, Optional<LabeledBox> after, double iou) {

  static BoxPair matched(Change change, LabeledBox before, LabeledBox after) {
    double iou = before.corners().iou(after.corners());
    return new BoxPair(change, Optional.of(before), Optional.of(after), iou);
  }

  static BoxPair ofFirst(Change change, LabeledBox before, double iou) {
    return new BoxPair(change, Optional.of(before), Optional.empty(), iou);
  }

  static BoxPair ofSecond(Change change, LabeledBox after, double iou) {
    return new BoxPair(change, Optional.empty(), Optional.of(after), iou);
  }

  /** The class that the change counts for: the first run's, or of a box of the second alone. */
  String label() {
    return before.or(() -> after).orElseThrow().label();
  }

  /** Both classes where they differ. */
  String labels() {
    return change == Change.CLASS_CHANGED
        ? before.orElseThrow().label() + " → " + after.orElseThrow().label()
        : label();
  }

  /** The higher one. */
  float score() {
    float first = before.map(LabeledBox::score).orElse(0f);
    return Math.max(first, after.map(LabeledBox::score).orElse(0f));
  }

  /**
   * How much differs: an object that one run has alone, or that has another class, counts as surely
   * as it was seen; a box that moved, or a duplicate, by what its IoU lacks.
   */
  double difference() {
    return switch (change) {
      case KEPT -> 0;
      case MOVED, STILL_COVERED, DOUBLED -> score() * (1 - iou);
      case CLASS_CHANGED, APPEARED, VANISHED -> score();
    };
  }
}
