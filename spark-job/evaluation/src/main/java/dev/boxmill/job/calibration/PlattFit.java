package dev.boxmill.job.calibration;

import dev.boxmill.schemas.calibration.PlattCurve;
import java.util.Arrays;

/**
 * The logistic function of greatest likelihood, by Newton's method. Targets are Platt's: with r
 * right and w wrong boxes, (r + 1) / (r + 2) for the right and 1 / (w + 2) for the wrong ones, so
 * that few boxes, or boxes that are all right, give no certainty. Equal to scikit-learn's sigmoid
 * calibration of the scores' logits.
 */
final class PlattFit {

  private static final int MOST_STEPS = 100;

  /** A step that changes the likelihood by less is the last. */
  private static final double PRECISION = 1e-13;

  /** Keeps the curvature invertible where all logits are alike. */
  private static final double RIDGE = 1e-12;

  private final double[] logits;
  private final double[] targets;

  private PlattFit(double[] logits, double[] targets) {
    this.logits = logits;
    this.targets = targets;
  }

  /**
   * Fits. Where wrong boxes score higher than right ones, the best curve that does not fall is
   * level.
   *
   * @param outcomes of the same boxes, 0 or 1
   */
  static PlattCurve of(double[] scores, double[] outcomes) {
    double right = Arrays.stream(outcomes).sum();
    double wrong = outcomes.length - right;
    double high = (right + 1) / (right + 2);
    double low = 1 / (wrong + 2);
    double[] targets = Arrays.stream(outcomes).map(one -> one > 0.5 ? high : low).toArray();
    double[] logits = Arrays.stream(scores).map(PlattCurve::logit).toArray();
    double level = PlattCurve.logit(Arrays.stream(targets).average().orElseThrow());
    return new PlattFit(logits, targets).fit(level);
  }

  private PlattCurve fit(double level) {
    double slope = 0;
    double intercept = level;
    double loss = loss(slope, intercept);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] move = move(slope, intercept);
      double share = 1;
      double next = loss(slope + move[0], intercept + move[1]);
      while (next > loss && share > PRECISION) {
        share /= 2;
        next = loss(slope + share * move[0], intercept + share * move[1]);
      }
      if (!(next < loss)) {
        break;
      }
      slope += share * move[0];
      intercept += share * move[1];
      boolean settled = loss - next < PRECISION * logits.length;
      loss = next;
      if (settled) {
        break;
      }
    }
    return slope < 0 ? new PlattCurve(0, level) : new PlattCurve(slope, intercept);
  }

  /** Newton's step: the gradient by the inverse curvature. */
  private double[] move(double slope, double intercept) {
    double ofSlope = 0;
    double ofIntercept = 0;
    double slopes = RIDGE;
    double mixed = 0;
    double intercepts = RIDGE;
    for (int i = 0; i < logits.length; i++) {
      double chance = 1 / (1 + Math.exp(-(slope * logits[i] + intercept)));
      double error = chance - targets[i];
      double curvature = chance * (1 - chance);
      ofSlope += error * logits[i];
      ofIntercept += error;
      slopes += curvature * logits[i] * logits[i];
      mixed += curvature * logits[i];
      intercepts += curvature;
    }
    double determinant = slopes * intercepts - mixed * mixed;
    return new double[] {
      -(intercepts * ofSlope - mixed * ofIntercept) / determinant,
      -(slopes * ofIntercept - mixed * ofSlope) / determinant
    };
  }

  /** The negative logarithm of the likelihood. */
  private double loss(double slope, double intercept) {
    double loss = 0;
    for (int i = 0; i < logits.length; i++) {
      double z = slope * logits[i] + intercept;
      loss += Math.max(z, 0) - z * targets[i] + Math.log1p(Math.exp(-Math.abs(z)));
    }
    return loss;
  }
}
