package dev.boxmill.job.evaluate;

import java.io.Serializable;

/**
 * An annotated object.
 *
 * @param id as in the file
 * @param category index of its category in the ground truth
 * @param x left border in pixels
 * @param y upper border in pixels
 * @param width in pixels
 * @param height in pixels
 * @param area in square pixels, of the object's outline where the file knows it
 * @param role whether it counts
 */
public record TruthObject(
    long id, int category, double x, double y, double width, double height, double area, Role role)
    implements Serializable {

  /** How an object takes part. */
  public enum Role {
    /** To be found. */
    COUNTED,
    /** Many objects under one box: any number of detections may lie on it and count neither way. */
    CROWD,
    /** One detection may lie on it and counts neither way. */
    IGNORED
  }

  /** Whether a detector can be asked to put a box there. */
  public boolean findable() {
    return role == Role.COUNTED && width > 0 && height > 0;
  }

  /**
   * The share of the union that both cover; for a crowd, the share of the detection. 0 for boxes
   * that do not overlap.
   */
  public double iou(
      double detectionX, double detectionY, double detectionWidth, double detectionHeight) {
    double sharedWidth = Math.min(detectionWidth + detectionX, width + x) - Math.max(detectionX, x);
    if (sharedWidth <= 0) {
      return 0;
    }
    double sharedHeight =
        Math.min(detectionHeight + detectionY, height + y) - Math.max(detectionY, y);
    if (sharedHeight <= 0) {
      return 0;
    }
    double shared = sharedWidth * sharedHeight;
    double detectionArea = detectionWidth * detectionHeight;
    return shared / (role == Role.CROWD ? detectionArea : detectionArea + width * height - shared);
  }
}
