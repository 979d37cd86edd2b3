package dev.boxmill.schemas;

import java.io.Serializable;

/** A box in corner form: pixels of the oriented original image, origin at its top-left corner. */
public record Corners(float xMin, float yMin, float xMax, float yMax) implements Serializable {

  /** Area in square pixels; 0 for a box whose corners are crossed. */
  public float area() {
    return Math.max(0, xMax - xMin) * Math.max(0, yMax - yMin);
  }

  /** Intersection over union, 0 to 1; two boxes without area have 1 if equal, else 0. */
  public float iou(Corners other) {
    float width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
    float height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
    float intersection = Math.max(0, width) * Math.max(0, height);
    float union = area() + other.area() - intersection;
    if (union > 0) {
      return intersection / union;
    }
    return equals(other) ? 1 : 0;
  }

  /** The center form of this box in an image of that size. */
  public Box relativeTo(ImageSize image) {
    return new Box(
        (xMin + xMax) / 2 / image.width(),
        (yMin + yMax) / 2 / image.height(),
        (xMax - xMin) / image.width(),
        (yMax - yMin) / image.height());
  }
}
