package dev.boxmill.image;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;

/**
 * The most pixels of an image that may be in memory. Checked on its header, before memory is taken
 * for it.
 *
 * @param rows of an image that are in memory at once
 */
record PixelLimit(long pixels, int rows) {
  /** More would not fit a buffer of 2 GiB. */
  static final long MOST = 500_000_000;

  PixelLimit {
    if (pixels < 1 || pixels > MOST) {
      throw new IllegalArgumentException(
          "Invalid limit of pixels: " + pixels + " (must be 1 to " + MOST + ")");
    }
  }

  /** For images that are in memory as a whole. */
  PixelLimit(long pixels) {
    this(pixels, Integer.MAX_VALUE);
  }

  /** The same for an image of which so many rows are in memory at once. */
  PixelLimit ofRows(int atOnce) {
    return new PixelLimit(pixels, atOnce);
  }

  ImageSize check(ImageFormat format, int width, int height) throws UnreadableImageException {
    if (width < 1 || height < 1) {
      throw UnreadableImageException.unreadable(
          format, "its header says " + width + "x" + height + " pixels", null);
    }
    if ((long) width * Math.min(height, rows) > pixels) {
      String which = height > rows ? rows + " rows of its " : "its ";
      throw new UnreadableImageException(
          ErrorCategory.REFUSED,
          ("Cannot decode the %s: %s%dx%d pixels are over the limit of %d"
                  + " (make the image smaller, or raise --max-pixels)")
              .formatted(format.title(), which, width, height, pixels),
          null);
    }
    return new ImageSize(width, height);
  }
}
