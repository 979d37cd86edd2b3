package dev.boxmill.job.triage;

import java.io.Serializable;

/**
 * How likely a box is right, by its score alone.
 *
 * <p>At the threshold it is one half: the threshold with the best F1 is half of that F1, where
 * scores are chances (Lipton, Elkan and Naryanaswamy 2014, "Optimal Thresholding of Classifiers to
 * Maximize F1 Measure"), and F1 is near 1 where labels are worth a review.
 *
 * @param threshold between 0 and 1
 */
record Certainty(double threshold) implements Serializable {

  /**
   * What the minimiser of focal loss, gamma 2, does to the odds: for a score q the true chance is
   * l(1 - q) / (l(q) + l(1 - q)) with l(q) = 2(1 - q) ln q - (1 - q)² / q, the loss's derivative.
   * From q = 0.5 to 0.99 that is the odds of q to the power of 2.7, give or take 0.1.
   */
  private static final double POWER = 2.7;

  /** Whether people are shown the box; scores are compared as the table has them. */
  boolean shows(float score) {
    return score >= (float) threshold;
  }

  /** Chance that a box of that score, 0 to 1, is right. */
  double right(double score) {
    double oddsAgainst = threshold * (1 - score) / (score * (1 - threshold));
    return 1 / (1 + Math.pow(oddsAgainst, POWER));
  }
}
