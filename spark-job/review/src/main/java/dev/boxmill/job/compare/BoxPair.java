package dev.boxmill.job.compare;

import dev.boxmill.schemas.LabelledBox;
import java.util.Optional;

/**
 * An object: its box in the first run and in the second.
 *
 * @param before empty if it appeared
 * @param after empty if it vanished
 */
record BoxPair(Change change, Optional<LabelledBox> before, Optional<LabelledBox> after) {

  static BoxPair matched(Change change, LabelledBox before, LabelledBox after) {
    return new BoxPair(change, Optional.of(before), Optional.of(after));
  }

  static BoxPair vanished(LabelledBox before) {
    return new BoxPair(Change.VANISHED, Optional.of(before), Optional.empty());
  }

  static BoxPair appeared(LabelledBox after) {
    return new BoxPair(Change.APPEARED, Optional.empty(), Optional.of(after));
  }

  /** The class that the change counts for: the first run's, or of what appeared. */
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
    float first = before.map(LabelledBox::score).orElse(0f);
    return Math.max(first, after.map(LabelledBox::score).orElse(0f));
  }

  /**
   * How much differs: what is there in one run alone, or has another class, counts as surely as it
   * was seen; a box that moved by what its IoU lacks.
   */
  double difference() {
    return switch (change) {
      case KEPT -> 0;
      case MOVED ->
          score() * (1 - before.orElseThrow().corners().iou(after.orElseThrow().corners()));
      case CLASS_CHANGED, APPEARED, VANISHED -> score();
    };
  }
}
