package dev.boxmill.job.calibration;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * How far scores are from chances, as {@code detection_calibration} has it, the code of Kuzucu et
 * al. 2024 ("On Calibration of Object Detectors").
 *
 * <p>D-ECE is the detection expected calibration error by the score alone (Küppers et al. 2020,
 * "Multivariate Confidence Calibration for Object Detection"): boxes of all classes in {@value
 * #POOLED_BINS} bins. LaECE, the localization-aware one (Oksuz et al. 2023, "Towards Building
 * Self-Aware Object Detectors"), compares scores with precision times IoU, in {@value #CLASS_BINS}
 * bins of each class, and is the mean over the classes that have a box.
 *
 * @param all boxes of all classes
 * @param byClass boxes of each class
 */
public record Reliability(ReliabilityBins all, List<ReliabilityBins> byClass) {

  private static final int POOLED_BINS = 10;

  private static final int CLASS_BINS = 25;

  public Reliability {
    byClass = List.copyOf(byClass);
  }

  /** Without boxes yet. */
  public static Reliability of(int classes) {
    List<ReliabilityBins> byClass =
        Stream.generate(() -> new ReliabilityBins(CLASS_BINS)).limit(classes).toList();
    return new Reliability(new ReliabilityBins(POOLED_BINS), byClass);
  }

  /**
   * Adds a box for D-ECE.
   *
   * @param right 1, or 0 for one that is wrong
   */
  public void judge(double score, double right) {
    all.add(score, right);
  }

  /**
   * Adds a box for LaECE.
   *
   * @param overlap IoU with the object that it found; 0 if it found none
   */
  public void locate(int category, double score, double overlap) {
    byClass.get(category).add(score, overlap);
  }

  /** D-ECE, 0 to 1; empty without boxes. */
  public OptionalDouble detectionError() {
    return all.total() == 0 ? OptionalDouble.empty() : OptionalDouble.of(all.error());
  }

  /** LaECE, 0 to 1; empty without boxes. */
  public OptionalDouble locationAwareError() {
    return byClass.stream()
        .filter(bins -> bins.total() > 0)
        .mapToDouble(ReliabilityBins::locationAwareError)
        .average();
  }
}
