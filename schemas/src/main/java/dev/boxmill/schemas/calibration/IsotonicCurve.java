package dev.boxmill.schemas.calibration;

import java.util.Collections;
import java.util.List;

/**
 * A line through given points, level before the first and after the last, as scikit-learn's {@code
 * IsotonicRegression(out_of_bounds="clip")} predicts.
 *
 * @param scores of the points, ascending
 * @param probabilities of the points, never falling, 0 to 1
 */
public record IsotonicCurve(List<Double> scores, List<Double> probabilities) implements ScoreCurve {

  public IsotonicCurve {
    scores = List.copyOf(scores);
    probabilities = List.copyOf(probabilities);
    if (scores.isEmpty() || scores.size() != probabilities.size()) {
      throw new IllegalArgumentException(
          "Invalid curve: %d scores and %d probabilities (must be as many, at least one)"
              .formatted(scores.size(), probabilities.size()));
    }
    for (int i = 0; i < scores.size(); i++) {
      requireShare(scores.get(i));
      requireShare(probabilities.get(i));
      if (i > 0 && !(scores.get(i - 1) < scores.get(i))) {
        throw new IllegalArgumentException(
            "Invalid curve: score " + scores.get(i) + " (must be above the one before)");
      }
      if (i > 0 && probabilities.get(i - 1) > probabilities.get(i)) {
        throw new IllegalArgumentException(
            "Invalid curve: probability "
                + probabilities.get(i)
                + " (must not be below the one before)");
      }
    }
  }

  private static void requireShare(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("Invalid curve: " + value + " (must be from 0 to 1)");
    }
  }

  @Override
  public double probability(double score) {
    int found = Collections.binarySearch(scores, score);
    if (found >= 0) {
      return probabilities.get(found);
    }
    int above = -found - 1;
    if (above == 0) {
      return probabilities.get(0);
    }
    if (above == scores.size()) {
      return probabilities.get(above - 1);
    }
    double low = scores.get(above - 1);
    double share = (score - low) / (scores.get(above) - low);
    double start = probabilities.get(above - 1);
    return start + share * (probabilities.get(above) - start);
  }
}
