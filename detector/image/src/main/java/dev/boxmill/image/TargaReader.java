package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;

/** Targa files of 8 to 32 bits a pixel, with runs or without (Truevision's specification 2.0). */
final class TargaReader {
  private static final int HEADER = 18;
  private static final int RUNS = 8;
  private static final int PALETTE = 1;
  private static final int GRAY = 3;
  private static final int FROM_RIGHT = 0x10;
  private static final int FROM_TOP = 0x20;
  private static final int COUNT = 0x7f;

  private final byte[] file;
  private final int kind;
  private final int bytes;
  private final int firstColor;
  private final int colors;
  private final int colorBytes;
  private final int palette;
  private final byte[] pixel;
  private int at;
  private int repeats;
  private int singles;

  private TargaReader(byte[] file) {
    this.file = file;
    this.kind = file[2] & 7;
    this.bytes = (file[16] & 0xff) / 8;
    this.firstColor = two(3);
    this.colors = file[1] == 0 ? 0 : two(5);
    this.colorBytes = ((file[7] & 0xff) + 7) / 8;
    this.palette = HEADER + (file[0] & 0xff);
    this.at = palette + colors * colorBytes;
    this.pixel = new byte[bytes];
  }

  /**
   * Whether bytes that have no signature are a header of this format: the fields that may be
   * anything else are few.
   */
  static boolean isHeader(String head) {
    if (head.length() < HEADER) {
      return false;
    }
    boolean mapped = head.charAt(1) == 1 && (head.charAt(2) & ~RUNS) == PALETTE;
    boolean direct = head.substring(3, 8).equals("\0\0\0\0\0") && head.charAt(1) == 0;
    int kind = head.charAt(2) & ~RUNS;
    int bits = head.charAt(16);
    boolean sized = head.charAt(12) + head.charAt(13) > 0 && head.charAt(14) + head.charAt(15) > 0;
    boolean known =
        mapped
            ? bits == 8
            : direct && (kind == GRAY ? bits == 8 || bits == 16 : kind == 2 && bits > 8);
    return known && bits % 8 == 0 && bits <= 32 && sized && head.charAt(17) < 0x40;
  }

  static ImageSize declaredSize(byte[] file, PixelLimit limit) throws UnreadableImageException {
    TargaReader reader = new TargaReader(file);
    return limit.check(ImageFormat.TARGA, reader.two(12), reader.two(14));
  }

  static Picture read(byte[] file, PixelLimit limit) throws UnreadableImageException {
    try {
      return new TargaReader(file).read(declaredSize(file, limit));
    } catch (IndexOutOfBoundsException e) {
      throw UnreadableImageException.unreadable(
          ImageFormat.TARGA, "it is cut off after " + file.length + " bytes", e);
    }
  }

  private Picture read(ImageSize size) {
    refuseShort(size);
    Picture picture = Picture.blank(size);
    byte[] row = new byte[3 * size.width()];
    boolean fromRight = (file[17] & FROM_RIGHT) != 0;
    boolean fromTop = (file[17] & FROM_TOP) != 0;
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        next();
        write(row, 3 * (fromRight ? size.width() - 1 - x : x));
      }
      picture.rgb().put(row.length * (fromTop ? y : size.height() - 1 - y), row);
    }
    return picture;
  }

  /** Before memory is taken: a few bytes may declare any size. */
  private void refuseShort(ImageSize size) {
    long pixels = (long) size.width() * size.height();
    long least = (file[2] & RUNS) == 0 ? pixels * bytes : pixels / (COUNT + 1) * (1 + bytes);
    if (at + least > file.length) {
      throw new IndexOutOfBoundsException(least + " bytes from " + at + " on");
    }
  }

  /** The next pixel's bytes. */
  private void next() {
    if (repeats > 0) {
      repeats--;
      return;
    }
    if ((file[2] & RUNS) != 0 && singles == 0) {
      int packet = file[at++];
      repeats = packet < 0 ? packet & COUNT : 0;
      singles = packet < 0 ? 1 : packet + 1;
    }
    singles--;
    System.arraycopy(file, at, pixel, 0, bytes);
    at += bytes;
  }

  private void write(byte[] row, int to) {
    if (kind == GRAY) {
      row[to] = pixel[0];
      row[to + 1] = pixel[0];
      row[to + 2] = pixel[0];
    } else if (kind == PALETTE) {
      int color = (pixel[0] & 0xff) - firstColor;
      boolean there = color >= 0 && color < colors;
      writeColor(file, there ? palette + color * colorBytes : -1, colorBytes, row, to);
    } else {
      writeColor(pixel, 0, bytes, row, to);
    }
  }

  /** Blue comes first; two bytes hold five bits of each. */
  private static void writeColor(byte[] from, int at, int bytes, byte[] row, int to) {
    if (at < 0) {
      row[to] = 0;
      row[to + 1] = 0;
      row[to + 2] = 0;
    } else if (bytes == 2) {
      int bits = (from[at] & 0xff) | (from[at + 1] & 0xff) << 8;
      row[to] = (byte) ((bits >> 10 & 31) * 255 / 31);
      row[to + 1] = (byte) ((bits >> 5 & 31) * 255 / 31);
      row[to + 2] = (byte) ((bits & 31) * 255 / 31);
    } else {
      row[to] = from[at + 2];
      row[to + 1] = from[at + 1];
      row[to + 2] = from[at];
    }
  }

  private int two(int position) {
    return (file[position] & 0xff) | (file[position + 1] & 0xff) << 8;
  }
}
