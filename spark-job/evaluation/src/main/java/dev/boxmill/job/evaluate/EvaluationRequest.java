package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.OracleVariant.Truth;
import java.util.Locale;
import java.util.Optional;

/**
 * What is to be evaluated.
 *
 * @param groundTruth URI of the annotation file
 * @param matching of classes to categories
 * @param scope of the images
 * @param oracle what the oracle knows; empty without the analysis
 */
public record EvaluationRequest(
    String groundTruth,
    EvaluationStyle style,
    ClassMatching matching,
    ImageScope scope,
    Optional<OracleTruth> oracle) {

  /** All images, classes by name, no oracle. */
  public static EvaluationRequest of(String groundTruth, EvaluationStyle style) {
    return new EvaluationRequest(
        groundTruth, style, ClassMatching.NAME, ImageScope.ALL, Optional.empty());
  }

  public EvaluationRequest withMatching(ClassMatching other) {
    return new EvaluationRequest(groundTruth, style, other, scope, oracle);
  }

  public EvaluationRequest withScope(ImageScope other) {
    return new EvaluationRequest(groundTruth, style, matching, other, oracle);
  }

  public EvaluationRequest withOracle(Optional<OracleTruth> other) {
    return new EvaluationRequest(groundTruth, style, matching, scope, other);
  }

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
