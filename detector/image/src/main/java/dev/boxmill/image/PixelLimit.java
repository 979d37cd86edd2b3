package dev.boxmill.image;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;

/** The most pixels an image may declare. Checked on its header, before memory is taken for it. */
record PixelLimit(long pixels) {
  /** More would not fit a buffer of 2 GiB. */
  static final long MOST = 500_000_000;

  PixelLimit {
    if (pixels < 1 || pixels > MOST) {
      throw new IllegalArgumentException(
          "Invalid limit of pixels: " + pixels + " (must be 1 to " + MOST + ")");
    }
  }

  ImageSize check(ImageFormat format, int width, int height) throws UnreadableImageException {
    if (width < 1 || height < 1) {
      throw UnreadableImageException.unreadable(
          format, "its header says " + width + "x" + height + " pixels", null);
    }
    if ((long) width * height > pixels) {
      throw new UnreadableImageException(
          ErrorCategory.REFUSED,
          ("Cannot decode the %s: its %dx%d pixels are over the limit of %d"
                  + " (make the image smaller, or raise --max-pixels)")
              .formatted(format.title(), width, height, pixels),
          null);
    }
    return new ImageSize(width, height);
  }
}
