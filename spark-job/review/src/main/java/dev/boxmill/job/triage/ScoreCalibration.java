package dev.boxmill.job.triage;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * How likely a box is right, by its score alone: the score itself where the refiner {@code
 * calibrate} made it.
 *
 * <p>Of other scores, it is one half at the threshold: the threshold with the best F1 is half of
 * that F1, where scores are chances (Lipton, Elkan and Naryanaswamy 2014, "Optimal Thresholding of
 * Classifiers to Maximize F1 Measure"), and F1 is near 1 where labels are worth a review.
 *
 * @param threshold between 0 and 1
 * @param isCalibrated whether scores are probabilities
 */
record ScoreCalibration(double threshold, boolean isCalibrated) implements Serializable {

  /** In the column {@code refiners}, which separates them by blanks. */
  private static final Pattern CALIBRATE = Pattern.compile("(^| )calibrate:");

  /**
   * What the minimizer of focal loss, gamma 2, does to the odds: for a score q the true chance is
   * l(1 - q) / (l(q) + l(1 - q)) with l(q) = 2(1 - q) ln q - (1 - q)² / q, the loss's derivative.
   * From q = 0.5 to 0.99 that is the odds of q to the power of 2.7, give or take 0.1.
   */
  private static final double POWER = 2.7;

  /** Of scores that no curve was fitted to. */
  static ScoreCalibration raw(double threshold) {
    return new ScoreCalibration(threshold, false);
  }

  /**
   * The same threshold, for a row of the label table.
   *
   * @param refiners the row's
   */
  ScoreCalibration of(String refiners) {
    return new ScoreCalibration(threshold, refiners != null && CALIBRATE.matcher(refiners).find());
  }

  /** Whether people are shown the box; scores are compared as the table has them. */
  boolean shows(float score) {
    return score >= (float) threshold;
  }

  /** Chance that a box of that score, 0 to 1, is right. */
  double right(double score) {
    if (isCalibrated) {
      return score;
    }
    double oddsAgainst = threshold * (1 - score) / (score * (1 - threshold));
    return 1 / (1 + Math.pow(oddsAgainst, POWER));
  }
}
