package dev.boxmill.job.calibration;

import dev.boxmill.schemas.calibration.ScoreCurve;
import java.util.Locale;

/** How a curve is fitted. */
public enum CurveMethod {
  /** Any curve that never falls: follows the scores closely, and levels parts of them. */
  ISOTONIC {
    @Override
    public ScoreCurve fit(JudgedBoxes boxes) {
      return IsotonicFit.of(boxes.scores(), boxes.outcomes());
    }
  },
  /** A logistic function with two numbers: needs few boxes, and keeps the order of scores. */
  PLATT {
    @Override
    public ScoreCurve fit(JudgedBoxes boxes) {
      return PlattFit.of(boxes.scores(), boxes.outcomes());
    }
  };

  /**
   * The curve that fits boxes best.
   *
   * @param boxes at least one
   */
  public abstract ScoreCurve fit(JudgedBoxes boxes);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
