package dev.boxmill.schemas.calibration;

/** From a score to the probability that the box is right. It never falls as the score rises. */
public sealed interface ScoreCurve permits IsotonicCurve, PlattCurve {

  /**
   * The probability, 0 to 1.
   *
   * @param score 0 to 1
   */
  double probability(double score);
}
