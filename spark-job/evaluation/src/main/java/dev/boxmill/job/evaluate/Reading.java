package dev.boxmill.job.evaluate;

import java.io.Serializable;

/**
 * One way to read labels.
 *
 * @param place which boxes
 * @param truth what is replaced by the truth
 * @param others what becomes of a matched detection's other classes when its class is replaced
 */
record Reading(Place place, Truth truth, OtherClasses others) implements Serializable {

  /** Which boxes. */
  enum Place {
    /** After the refiners, as the labels say. */
    REFINED,
    /** Where the detector put them. */
    DETECTOR
  }

  /** What the oracle knows. */
  enum Truth {
    RAW,
    BOXES,
    LABELS,
    BOTH;

    boolean replacesBoxes() {
      return this == BOXES || this == BOTH;
    }

    boolean replacesLabels() {
      return this == LABELS || this == BOTH;
    }
  }

  /** Logits of the other classes when a class is replaced. */
  enum OtherClasses {
    /** Strongly negative: the detection has one class. */
    ABSENT,
    /** 0 as in the published analysis: where each class has its own sigmoid, each scores 0.5. */
    ZERO_LOGIT
  }

  static Reading raw(Place place) {
    return new Reading(place, Truth.RAW, OtherClasses.ABSENT);
  }
}
