package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;

/**
 * How a stored image must be turned to stand upright (EXIF 2.3, tag 0x0112, values 1 to 8 in this
 * order): first transposed, then mirrored.
 */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  HALF_TURN(false, true, true),
  FLIPPED(false, false, true),
  TRANSPOSED(true, false, false),
  QUARTER_RIGHT(true, true, false),
  TRANSVERSED(true, true, true),
  QUARTER_LEFT(true, false, true);

  private final boolean transposes;
  private final boolean mirrorsX;
  private final boolean mirrorsY;

  Orientation(boolean transposes, boolean mirrorsX, boolean mirrorsY) {
    this.transposes = transposes;
    this.mirrorsX = mirrorsX;
    this.mirrorsY = mirrorsY;
  }

  /** What the file says; UPRIGHT where it says nothing, or nothing that can be understood. */
  static Orientation of(ImageFormat format, byte[] file) {
    int value = Metadata.of(format, file).orientation().orElse(0);
    return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
  }

  /** The size of an upright image that is stored in that one. */
  ImageSize upright(ImageSize stored) {
    return transposes ? new ImageSize(stored.height(), stored.width()) : stored;
  }

  Picture apply(Picture stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    Picture turned = Picture.blank(upright(stored.size()));
    for (int y = 0; y < turned.size().height(); y++) {
      turnRow(stored, turned, y);
    }
    return turned;
  }

  /** Fills one row of the turned picture, walking a row or a column of the stored one. */
  private void turnRow(Picture stored, Picture turned, int y) {
    int width = turned.size().width();
    int row = 3 * stored.size().width();
    int line = mirrorsY ? turned.size().height() - 1 - y : y;
    int step = transposes ? row : 3;
    int from = transposes ? 3 * line : row * line;
    if (mirrorsX) {
      from += step * (width - 1);
      step = -step;
    }
    byte[] bytes = new byte[3 * width];
    ByteBuffer source = stored.rgb();
    for (int i = 0; i < bytes.length; i += 3, from += step) {
      bytes[i] = source.get(from);
      bytes[i + 1] = source.get(from + 1);
      bytes[i + 2] = source.get(from + 2);
    }
    turned.rgb().put(3 * width * y, bytes);
  }
}
