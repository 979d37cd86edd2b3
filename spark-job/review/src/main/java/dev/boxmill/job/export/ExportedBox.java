package dev.boxmill.job.export;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import java.util.Optional;

/**
 * A box as all formats hold it: clipped to its image, sides in thousandths of a pixel. Whole
 * numbers, so that a width is exactly the difference of two corners in every format.
 */
record ExportedBox(
    ExportCategories.Category category,
    float score,
    long xMinMillis,
    long yMinMillis,
    long xMaxMillis,
    long yMaxMillis) {

  private static final int MILLIS = 1000;

  /** Empty if nothing of the box lies inside the image. */
  static Optional<ExportedBox> of(
      Corners at, float score, ImageSize size, ExportCategories.Category category) {
    ExportedBox clipped =
        new ExportedBox(
            category,
            score,
            millis(at.xMin(), size.width()),
            millis(at.yMin(), size.height()),
            millis(at.xMax(), size.width()),
            millis(at.yMax(), size.height()));
    boolean inside =
        clipped.xMaxMillis > clipped.xMinMillis && clipped.yMaxMillis > clipped.yMinMillis;
    return inside ? Optional.of(clipped) : Optional.empty();
  }

  private static long millis(float pixels, int limit) {
    return Math.round(Math.max(0, Math.min(limit, (double) pixels)) * MILLIS);
  }

  double xMin() {
    return (double) xMinMillis / MILLIS;
  }

  double yMin() {
    return (double) yMinMillis / MILLIS;
  }

  double xMax() {
    return (double) xMaxMillis / MILLIS;
  }

  double yMax() {
    return (double) yMaxMillis / MILLIS;
  }

  double width() {
    return (double) (xMaxMillis - xMinMillis) / MILLIS;
  }

  double height() {
    return (double) (yMaxMillis - yMinMillis) / MILLIS;
  }

  /** In square pixels. */
  double area() {
    long squareMillis = (xMaxMillis - xMinMillis) * (yMaxMillis - yMinMillis);
    return (double) squareMillis / (MILLIS * MILLIS);
  }
}
