package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
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
 * @param laeceIou IoU from which a box is right for LaECE, 0 to 1
 */
public record EvaluationRequest(
    String groundTruth,
    EvaluationStyle style,
    ClassMatching matching,
    ImageScope scope,
    Optional<OracleTruth> oracle,
    double laeceIou) {

  /** As AP50 and D-ECE have it. */
  public static final double DEFAULT_LAECE_IOU = ImageMatcher.LOWEST_THRESHOLD;

  public EvaluationRequest {
    if (!(laeceIou >= 0 && laeceIou <= 1)) {
      throw new BadInputException("Invalid --laece-iou: " + laeceIou + " (must be from 0 to 1)");
    }
  }

  /** All images, classes by name, no oracle. */
  public static EvaluationRequest of(String groundTruth, EvaluationStyle style) {
    return new EvaluationRequest(
        groundTruth,
        style,
        ClassMatching.NAME,
        ImageScope.ALL,
        Optional.empty(),
        DEFAULT_LAECE_IOU);
  }

  public EvaluationRequest withMatching(ClassMatching other) {
    return new EvaluationRequest(groundTruth, style, other, scope, oracle, laeceIou);
  }

  public EvaluationRequest withScope(ImageScope other) {
    return new EvaluationRequest(groundTruth, style, matching, other, oracle, laeceIou);
  }

  public EvaluationRequest withOracle(Optional<OracleTruth> other) {
    return new EvaluationRequest(groundTruth, style, matching, scope, other, laeceIou);
  }

  public EvaluationRequest withLaeceIou(double other) {
    return new EvaluationRequest(groundTruth, style, matching, scope, oracle, other);
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
