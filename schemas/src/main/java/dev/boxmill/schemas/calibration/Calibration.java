package dev.boxmill.schemas.calibration;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What makes a detector's scores probabilities.
 *
 * @param detectorSha256 SHA-256 of the detector's files, as runs record it
 * @param classNames of the detector by label id
 * @param pooled the curve of all classes together
 * @param byClass curves of those classes that had boxes enough, by the class's name
 */
public record Calibration(
    String detectorSha256,
    Map<Integer, String> classNames,
    ScoreCurve pooled,
    Map<String, ScoreCurve> byClass) {

  /** Version of the file that holds it. */
  public static final int VERSION = 1;

  public Calibration {
    requireNonNull(detectorSha256, "detectorSha256 is null");
    requireNonNull(pooled, "pooled is null");
    classNames = Map.copyOf(classNames);
    byClass = Map.copyOf(byClass);
  }

  /** The curve of a class: its own, or that of all classes. */
  public ScoreCurve curve(String className) {
    return byClass.getOrDefault(className, pooled);
  }
}
