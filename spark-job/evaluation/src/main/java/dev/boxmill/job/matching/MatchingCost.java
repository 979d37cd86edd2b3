package dev.boxmill.job.matching;

import dev.boxmill.schemas.Box;

/**
 * What it costs to let a detection stand for an object: class, L1 of the boxes in center form, and
 * their negative GIoU, weighted. Boxes are relative to the image.
 *
 * @param rule how the class's score becomes a cost
 * @param classWeight factor of the class cost
 * @param l1Weight factor of the boxes' L1 distance
 * @param giouWeight factor of the negative GIoU
 */
public record MatchingCost(ClassRule rule, double classWeight, double l1Weight, double giouWeight) {

  /** DETR's matcher: 1 class, 5 L1, 2 GIoU. */
  public static final MatchingCost SOFTMAX = new MatchingCost(ClassRule.PROBABILITY, 1, 5, 2);

  /** The matcher of the detectors with a score per class: 2 class, 5 L1, 2 GIoU. */
  public static final MatchingCost FOCAL = new MatchingCost(ClassRule.FOCAL, 2, 5, 2);

  private static final double FOCAL_ALPHA = 0.25;
  private static final double FOCAL_EPSILON = 1e-8;

  /** How the score of the object's class becomes a cost. */
  public enum ClassRule {
    /** Its negative. */
    PROBABILITY,
    /** Focal loss as a positive less as a negative, alpha 0.25 and gamma 2. */
    FOCAL
  }

  /**
   * The weighted cost.
   *
   * @param score of the detection for the object's class, 0 to 1
   */
  public double of(double score, Box detection, Box object) {
    return classWeight * classCost(score)
        + l1Weight * l1(detection, object)
        - giouWeight * giou(detection, object);
  }

  private double classCost(double score) {
    return switch (rule) {
      case PROBABILITY -> -score;
      case FOCAL -> focal(score);
    };
  }

  private static double focal(double score) {
    double miss = 1 - score;
    double positive = FOCAL_ALPHA * miss * miss * -Math.log(score + FOCAL_EPSILON);
    double negative = (1 - FOCAL_ALPHA) * score * score * -Math.log(miss + FOCAL_EPSILON);
    return positive - negative;
  }

  private static double l1(Box a, Box b) {
    return Math.abs((double) a.cx() - b.cx())
        + Math.abs((double) a.cy() - b.cy())
        + Math.abs((double) a.width() - b.width())
        + Math.abs((double) a.height() - b.height());
  }

  /** Generalized IoU, -1 to 1 (Rezatofighi et al. 2019); 0 for two boxes without any area. */
  static double giou(Box a, Box b) {
    double width = overlap(a.cx(), a.width(), b.cx(), b.width());
    double height = overlap(a.cy(), a.height(), b.cy(), b.height());
    double shared = Math.max(0, width) * Math.max(0, height);
    double union = (double) a.width() * a.height() + (double) b.width() * b.height() - shared;
    double hull =
        hull(a.cx(), a.width(), b.cx(), b.width()) * hull(a.cy(), a.height(), b.cy(), b.height());
    if (union <= 0 || hull <= 0) {
      return 0;
    }
    return shared / union - (hull - union) / hull;
  }

  private static double overlap(double center, double size, double center2, double size2) {
    return Math.min(center + size / 2, center2 + size2 / 2)
        - Math.max(center - size / 2, center2 - size2 / 2);
  }

  private static double hull(double center, double size, double center2, double size2) {
    return Math.max(center + size / 2, center2 + size2 / 2)
        - Math.min(center - size / 2, center2 - size2 / 2);
  }
}
