package dev.boxmill.schemas.calibration;

/**
 * A logistic function of the score's logit (Platt 1999, "Probabilistic Outputs for Support Vector
 * Machines").
 *
 * @param slope 0 or more
 * @param intercept the logit of the probability at a score of one half
 */
public record PlattCurve(double slope, double intercept) implements ScoreCurve {

  /** Keeps the logits of 0 and 1 finite. */
  private static final double NEAREST = 1e-6;

  public PlattCurve {
    if (!(slope >= 0) || !Double.isFinite(slope + intercept)) {
      throw new IllegalArgumentException(
          "Invalid curve: slope %s, intercept %s (must be finite, the slope 0 or more)"
              .formatted(slope, intercept));
    }
  }

  /** The logarithm of a score's odds. */
  public static double logit(double score) {
    double inside = Math.min(1 - NEAREST, Math.max(NEAREST, score));
    return Math.log(inside / (1 - inside));
  }

  @Override
  public double probability(double score) {
    return 1 / (1 + Math.exp(-(slope * logit(score) + intercept)));
  }
}
