package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;

/**
 * A decoded image, EXIF orientation applied.
 *
 * @param size width and height in pixels
 * @param rgb a direct buffer of height * width * 3 bytes: red, green, blue, row by row from the top
 *     left; position 0. Not to be changed
 */
public record Picture(ImageSize size, ByteBuffer rgb) {

  public Picture {
    long bytes = 3L * size.width() * size.height();
    if (!rgb.isDirect() || rgb.position() != 0 || rgb.limit() != bytes) {
      throw new IllegalArgumentException(
          "Invalid pixel buffer: %s for %s pixels (must be direct, with %d bytes from position 0)"
              .formatted(rgb, size, bytes));
    }
  }

  static Picture blank(ImageSize size) {
    int bytes = Math.multiplyExact(3, Math.multiplyExact(size.width(), size.height()));
    return new Picture(size, ByteBuffer.allocateDirect(bytes));
  }

  /** Left and right swapped. */
  public Picture mirrored() {
    Picture mirrored = blank(size);
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        int from = 3 * (size.width() * y + x);
        int to = 3 * (size.width() * (y + 1) - 1 - x);
        mirrored.rgb.put(to, rgb.get(from)).put(to + 1, rgb.get(from + 1));
        mirrored.rgb.put(to + 2, rgb.get(from + 2));
      }
    }
    return mirrored;
  }

  /** A copy of a part, or this picture if the part is all of it. */
  public Picture region(Region region) {
    if (region.size().equals(size)) {
      return this;
    }
    Picture part = blank(region.size());
    int row = 3 * region.size().width();
    for (int y = 0; y < region.size().height(); y++) {
      part.rgb.put(row * y, rgb, 3 * (size.width() * (region.top() + y) + region.left()), row);
    }
    return part;
  }

  /** This picture on a black canvas; what sticks out is dropped. */
  Picture placed(ImageSize canvas, int left, int top) {
    if (canvas.equals(size)) {
      return this;
    }
    Picture whole = blank(canvas);
    int bytes = 3 * Math.max(0, Math.min(size.width(), canvas.width() - left));
    for (int y = 0; bytes > 0 && y < Math.min(size.height(), canvas.height() - top); y++) {
      int to = 3 * (canvas.width() * (top + y) + left);
      whole.rgb.put(to, rgb, 3 * size.width() * y, bytes);
    }
    return whole;
  }
}
