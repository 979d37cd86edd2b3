package dev.boxmill.job.train;

import dev.boxmill.image.Picture;
import dev.boxmill.image.Region;
import dev.boxmill.schemas.ImageSize;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How a step of a detector's training sees an image: mirrored, then cut, then resized.
 *
 * @param mirrored left and right have changed places
 * @param left border of the part, in pixels of the mirrored image
 * @param top border of the part
 * @param width of the part
 * @param height of the part
 * @param scale factor of the detector's usual size
 */
record View(boolean mirrored, int left, int top, int width, int height, double scale)
    implements Serializable {

  /** Pixels of an object that a cut must leave in each direction: less shows nothing of it. */
  private static final double LEAST_PIXELS = 1;

  View {
    if (left < 0 || top < 0 || width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "Invalid view: %dx%d at (%d, %d) (must be a part of an image)"
              .formatted(width, height, left, top));
    }
  }

  /** All of an image. */
  static View whole(ImageSize size, boolean mirrored, double scale) {
    return new View(mirrored, 0, 0, size.width(), size.height(), scale);
  }

  /** The part that is to be resized. */
  Picture of(Picture picture) {
    Picture turned = mirrored ? picture.mirrored() : picture;
    return turned.region(new Region(left, top, new ImageSize(width, height)));
  }

  /**
   * The objects that it shows, as shares of the part: they end at its border.
   *
   * @param whole as shares of an image of that size
   */
  List<GroundTruthBox> objects(List<GroundTruthBox> whole, ImageSize size) {
    List<GroundTruthBox> seen = new ArrayList<>();
    for (GroundTruthBox object : whole) {
      if (isAllOf(size)) {
        seen.add(
            new GroundTruthBox(
                object.label(),
                mirrored ? 1 - object.cx() : object.cx(),
                object.cy(),
                object.width(),
                object.height()));
      } else {
        cut(object, size, seen);
      }
    }
    return seen;
  }

  private boolean isAllOf(ImageSize size) {
    return width == size.width() && height == size.height();
  }

  private void cut(GroundTruthBox object, ImageSize size, List<GroundTruthBox> seen) {
    double cx = (mirrored ? 1 - object.cx() : object.cx()) * (double) size.width();
    double cy = object.cy() * (double) size.height();
    double halfWidth = object.width() * (double) size.width() / 2;
    double halfHeight = object.height() * (double) size.height() / 2;
    double xMin = Math.max(0, cx - halfWidth - left);
    double xMax = Math.min(width, cx + halfWidth - left);
    double yMin = Math.max(0, cy - halfHeight - top);
    double yMax = Math.min(height, cy + halfHeight - top);
    if (xMax - xMin < LEAST_PIXELS || yMax - yMin < LEAST_PIXELS) {
      return;
    }
    seen.add(
        new GroundTruthBox(
            object.label(),
            (float) ((xMin + xMax) / 2 / width),
            (float) ((yMin + yMax) / 2 / height),
            (float) ((xMax - xMin) / width),
            (float) ((yMax - yMin) / height)));
  }
}
