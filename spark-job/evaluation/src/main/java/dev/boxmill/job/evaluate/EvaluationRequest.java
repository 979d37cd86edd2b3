package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.Reading.Truth;
import java.util.Locale;
import java.util.Optional;

/**
 * What is to be evaluated.
 *
 * @param groundTruth URI of the annotation file
 * @param oracle what the oracle knows; empty without the analysis
 */
public record EvaluationRequest(
    String groundTruth, EvaluationStyle style, Optional<OracleTruth> oracle) {

  /** What the oracle knows. */
  public enum OracleTruth {
    BOXES,
    LABELS,
    BOTH;

    Truth truth() {
      return Truth.valueOf(name());
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
