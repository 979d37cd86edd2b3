package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;

/**
 * Part of a picture, in pixels from its top left corner.
 *
 * @param size of the part
 */
public record Region(int left, int top, ImageSize size) {

  public Region {
    if (left < 0 || top < 0) {
      throw new IllegalArgumentException(
          "Invalid region: %s at (%d, %d) (must lie in its picture)".formatted(size, left, top));
    }
  }

  /** The row below its last one. */
  public int bottom() {
    return top + size.height();
  }
}
