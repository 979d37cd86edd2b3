package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.error.BadInputException;

/**
 * Scores to calibrate.
 *
 * @param evaluation the annotations, and how labels are matched to them
 * @param labels a label table, as the user named it
 * @param leastBoxes a class with fewer boxes gets the curve of all classes
 */
public record CalibrationRequest(
    EvaluationRequest evaluation, String labels, CurveMethod method, int leastBoxes) {

  /** Of fewer, a curve says little. */
  public static final int DEFAULT_LEAST_BOXES = 100;

  public CalibrationRequest {
    if (leastBoxes < 2) {
      throw new BadInputException("Invalid --least-boxes: " + leastBoxes + " (must be 2 or more)");
    }
  }
}
