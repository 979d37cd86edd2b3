package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** BMP files of all depths. The JDK's own reader refuses, for example, wrong size fields. */
final class BmpReader {
  private static final int BITS_OF_PALETTES = 8;
  private static final int FILE_HEADER = 14;

  /** Of the palette, in the order of the file's rows. */
  private interface Indices {
    int at(int y, int x);
  }

  private BmpReader() {}

  static ImageSize declaredSize(byte[] stored, PixelLimit limit) throws UnreadableImageException {
    byte[] file = withFileHeader(stored);
    try {
      return BmpHeader.size(little(file), limit);
    } catch (IndexOutOfBoundsException e) {
      throw cutOff(file, e);
    }
  }

  static Picture read(byte[] stored, PixelLimit limit) throws UnreadableImageException {
    byte[] file = withFileHeader(stored);
    try {
      BmpHeader header = BmpHeader.of(little(file), limit);
      Picture picture = Picture.blank(header.size());
      if (header.hasRuns()) {
        byte[] indices = BmpRuns.indices(header, file);
        int width = header.size().width();
        fromIndices(header, (y, x) -> indices[y * width + x] & 0xff, picture);
      } else if (header.bits() <= BITS_OF_PALETTES) {
        fromIndices(header, (y, x) -> index(header, file, y, x), picture);
      } else {
        fromMasks(header, file, picture);
      }
      return picture;
    } catch (IndexOutOfBoundsException e) {
      throw cutOff(file, e);
    } catch (ArithmeticException e) {
      throw UnreadableImageException.unreadable(ImageFormat.BMP, "its data is damaged", e);
    }
  }

  private static int index(BmpHeader header, byte[] file, int y, int x) {
    int bit = header.bits() * x;
    int shift = 8 - header.bits() - bit % 8;
    int packed = file[rowStart(header, file, y) + bit / 8] & 0xff;
    return (packed >> shift) & ((1 << header.bits()) - 1);
  }

  private static void fromIndices(BmpHeader header, Indices indices, Picture picture) {
    byte[] rgb = new byte[3 * header.size().width()];
    for (int y = 0; y < header.size().height(); y++) {
      for (int x = 0; x < header.size().width(); x++) {
        int index = indices.at(y, x);
        int color = index < header.palette().length ? header.palette()[index] : 0;
        rgb[3 * x] = (byte) (color >> 16);
        rgb[3 * x + 1] = (byte) (color >> 8);
        rgb[3 * x + 2] = (byte) color;
      }
      put(header, picture, y, rgb);
    }
  }

  private static void fromMasks(BmpHeader header, byte[] file, Picture picture) {
    int bytes = header.bits() / 8;
    int[] places = header.bytesOfMasks();
    byte[] rgb = new byte[3 * header.size().width()];
    for (int y = 0; y < header.size().height(); y++) {
      int at = rowStart(header, file, y);
      for (int to = 0; to < rgb.length; to += 3, at += bytes) {
        if (places.length == 3) {
          rgb[to] = file[at + places[0]];
          rgb[to + 1] = file[at + places[1]];
          rgb[to + 2] = file[at + places[2]];
        } else {
          level(header, pixel(file, at, bytes), rgb, to);
        }
      }
      put(header, picture, y, rgb);
    }
  }

  private static int pixel(byte[] file, int at, int bytes) {
    int pixel = 0;
    for (int i = 0; i < bytes; i++) {
      pixel |= (file[at + i] & 0xff) << (8 * i);
    }
    return pixel;
  }

  private static void level(BmpHeader header, int pixel, byte[] rgb, int to) {
    for (int channel = 0; channel < 3; channel++) {
      rgb[to + channel] = (byte) level(pixel, header.masks()[channel]);
    }
  }

  /** The masked bits as 0..255, rounded down as Pillow does. */
  private static long level(int pixel, int mask) {
    if (mask == 0) {
      return 0;
    }
    int shift = Integer.numberOfTrailingZeros(mask);
    long most = Integer.toUnsignedLong(mask >>> shift);
    return Integer.toUnsignedLong((pixel & mask) >>> shift) * 255 / most;
  }

  /** The row's first byte; throws if its last one is beyond the file. */
  private static int rowStart(BmpHeader header, byte[] file, int y) {
    long start = header.data() + (long) y * header.rowBytes();
    long used = ((long) header.size().width() * header.bits() + 7) / 8;
    if (start < 0 || start + used > file.length) {
      throw new IndexOutOfBoundsException("Row " + y + " begins at " + start);
    }
    return (int) start;
  }

  private static void put(BmpHeader header, Picture picture, int y, byte[] rgb) {
    int row = header.isTopDown() ? y : header.size().height() - 1 - y;
    picture.rgb().put(rgb.length * row, rgb);
  }

  /** Some files lack it; it holds nothing that must be known. */
  private static byte[] withFileHeader(byte[] file) {
    if (file[0] == 'B' && file[1] == 'M') {
      return file;
    }
    byte[] whole = new byte[FILE_HEADER + file.length];
    System.arraycopy(file, 0, whole, FILE_HEADER, file.length);
    return whole;
  }

  private static ByteBuffer little(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static UnreadableImageException cutOff(byte[] file, Exception e) {
    return UnreadableImageException.unreadable(
        ImageFormat.BMP, "it is cut off after " + file.length + " bytes", e);
  }
}
