package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.util.function.DoubleUnaryOperator;

/** PBM, PGM and PPM, as text and binary: {@code P1} to {@code P6} (netpbm's formats). */
final class PnmReader {
  private static final int MOST_SAMPLE = 65535;
  private static final int MOST_DIGITS = 10;

  private final byte[] file;
  private final int kind;
  private final ImageSize size;
  private final int most;
  private int at = 2;

  private PnmReader(byte[] file, PixelLimit limit) throws UnreadableImageException {
    this.file = file;
    this.kind = file[1] - '0';
    this.size = limit.check(ImageFormat.PNM, number(), number());
    this.most = isBits() ? 1 : number();
    if (most < 1 || most > MOST_SAMPLE) {
      throw UnreadableImageException.unreadable(
          ImageFormat.PNM, "its brightest sample is " + most, null);
    }
    at++; // one blank
  }

  static ImageSize declaredSize(byte[] file, PixelLimit limit) throws UnreadableImageException {
    try {
      return new PnmReader(file, limit).size;
    } catch (IndexOutOfBoundsException e) {
      throw cutOff(file, e);
    }
  }

  static Picture read(byte[] file, PixelLimit limit) throws UnreadableImageException {
    try {
      return new PnmReader(file, limit).read();
    } catch (IndexOutOfBoundsException e) {
      throw cutOff(file, e);
    }
  }

  private Picture read() throws UnreadableImageException {
    refuseShort();
    int channels = isColor() ? 3 : 1;
    int[] row = new int[Math.multiplyExact(channels, size.width())];
    DoubleUnaryOperator toBytes = toBytes(row);
    Picture picture = Picture.blank(size);
    for (int y = 0; y < size.height(); y++) {
      readRow(row);
      for (int x = 0; x < size.width(); x++) {
        for (int channel = 0; channel < 3; channel++) {
          int sample = row[channels == 3 ? 3 * x + channel : x];
          byte level = (byte) toBytes.applyAsDouble(sample);
          picture.rgb().put(3 * (y * size.width() + x) + channel, level);
        }
      }
    }
    return picture;
  }

  /** Before memory is taken: a few bytes may declare any size. */
  private void refuseShort() {
    long samples = (isColor() ? 3L : 1L) * size.width() * size.height();
    long least = kind == 4 ? (size.width() + 7L) / 8 * size.height() : samples * (isDeep() ? 2 : 1);
    if (least > file.length - at) {
      throw new IndexOutOfBoundsException(least + " bytes from " + at + " on");
    }
  }

  private void readRow(int[] row) throws UnreadableImageException {
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (kind) {
            case 1 -> bit();
            case 2, 3 -> number();
            case 4 -> file[at + i / 8] >> (7 - i % 8) & 1;
            default -> isDeep() ? byteAt(at + 2 * i) << 8 | byteAt(at + 2 * i + 1) : byteAt(at + i);
          };
    }
    at +=
        switch (kind) {
          case 1, 2, 3 -> 0;
          case 4 -> (row.length + 7) / 8;
          default -> row.length * (isDeep() ? 2 : 1);
        };
  }

  /** As Pillow rounds; a bit is 1 where it is black. */
  private DoubleUnaryOperator toBytes(int[] row) throws UnreadableImageException {
    if (isBits()) {
      return sample -> sample == 0 ? 255 : 0;
    }
    if (most < MOST_SAMPLE) {
      return sample -> Math.min(255, Math.rint(sample / most * 255));
    }
    SampleRange range = SampleRange.ofWholes(Short.SIZE);
    int start = at;
    for (int y = 0; y < size.height(); y++) {
      readRow(row);
      range.addAll(row);
    }
    at = start;
    return range.toBytes();
  }

  /** A bit of a text, which no blank need follow. */
  private int bit() throws UnreadableImageException {
    skipBlanks();
    return digit(byteAt(at++));
  }

  private int number() throws UnreadableImageException {
    skipBlanks();
    int start = at;
    long number = 0;
    while (at < file.length && !isBlank(file[at]) && file[at] != '#' && at - start < MOST_DIGITS) {
      number = 10 * number + digit(byteAt(at++));
    }
    if (at == start) {
      throw new IndexOutOfBoundsException("No number at " + at);
    }
    return (int) Math.min(number, Integer.MAX_VALUE);
  }

  private static int digit(int character) throws UnreadableImageException {
    if (character < '0' || character > '9') {
      throw UnreadableImageException.unreadable(ImageFormat.PNM, "its data is damaged", null);
    }
    return character - '0';
  }

  private void skipBlanks() {
    while (at < file.length && (isBlank(file[at]) || file[at] == '#')) {
      boolean comment = file[at] == '#';
      at++;
      while (comment && at < file.length && file[at] != '\n' && file[at] != '\r') {
        at++;
      }
    }
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
  }

  private int byteAt(int position) {
    return file[position] & 0xff;
  }

  private boolean isBits() {
    return kind == 1 || kind == 4;
  }

  private boolean isColor() {
    return kind == 3 || kind == 6;
  }

  private boolean isDeep() {
    return most > 255;
  }

  private static UnreadableImageException cutOff(byte[] file, Exception e) {
    return UnreadableImageException.unreadable(
        ImageFormat.PNM, "it is cut off after " + file.length + " bytes", e);
  }
}
