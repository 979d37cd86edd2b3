package dev.boxmill.job.annotations;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;

/**
 * How sure a detector's box must be.
 *
 * @param high to say that an object was overlooked or has another class
 * @param low to say that an annotated box lies badly
 */
public record ReviewThresholds(double high, double low) implements Serializable {

  /** As in the package cleanlab. */
  public static final double DEFAULT_HIGH = 0.95;

  /** As in the package cleanlab. */
  public static final double DEFAULT_LOW = 0.5;

  public ReviewThresholds {
    requireShare("--high-score", high);
    requireShare("--low-score", low);
  }

  private static void requireShare(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new BadInputException("Invalid " + option + ": " + value + " (must be from 0 to 1)");
    }
  }
}
