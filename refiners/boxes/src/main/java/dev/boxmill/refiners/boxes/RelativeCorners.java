package dev.boxmill.refiners.boxes;

import dev.boxmill.schemas.Box;

/** A box in corner form, relative to its image, in double precision. */
record RelativeCorners(double xMin, double yMin, double xMax, double yMax) {

  static RelativeCorners of(Box box) {
    double halfWidth = box.width() / 2.0;
    double halfHeight = box.height() / 2.0;
    return new RelativeCorners(
        box.cx() - halfWidth, box.cy() - halfHeight, box.cx() + halfWidth, box.cy() + halfHeight);
  }

  Box box() {
    return new Box(
        (float) ((xMin + xMax) / 2),
        (float) ((yMin + yMax) / 2),
        (float) (xMax - xMin),
        (float) (yMax - yMin));
  }

  /** Intersection over union; two boxes without area have 1 if equal, else 0. */
  double iou(RelativeCorners other) {
    double width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
    double height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
    double shared = Math.max(0, width) * Math.max(0, height);
    double union = area() + other.area() - shared;
    if (union > 0) {
      return shared / union;
    }
    return equals(other) ? 1 : 0;
  }

  private double area() {
    return (xMax - xMin) * (yMax - yMin);
  }
}
