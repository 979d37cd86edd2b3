package dev.boxmill.job.compare;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;

/**
 * When boxes of two runs are one object.
 *
 * @param minScore boxes below do not take part, 0 to 1
 * @param matchIou least IoU of two boxes of one object, above 0
 * @param keptIou least IoU of a box that stayed where it was, at least {@code matchIou}
 */
public record Thresholds(double minScore, double matchIou, double keptIou) implements Serializable {

  public Thresholds {
    if (!(minScore >= 0 && minScore <= 1)) {
      throw new BadInputException("Invalid --min-score: " + minScore + " (must be from 0 to 1)");
    }
    if (!(matchIou > 0 && matchIou <= 1)) {
      throw new BadInputException(
          "Invalid --match-iou: " + matchIou + " (must be above 0 and at most 1)");
    }
    if (!(keptIou >= matchIou && keptIou <= 1)) {
      throw new BadInputException(
          "Invalid --kept-iou: " + keptIou + " (must be from --match-iou, " + matchIou + ", to 1)");
    }
  }

  /** Whether a box takes part; scores are compared as the table has them. */
  boolean admits(float score) {
    return score >= (float) minScore;
  }
}
