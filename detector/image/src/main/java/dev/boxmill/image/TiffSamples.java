package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Takes a row's samples out of its bytes.
 *
 * @param bits of a sample, 1 to 64
 * @param format 1 without sign, 2 with sign, 3 float
 */
record TiffSamples(int bits, int format, ByteOrder order) {
  private static final int SIGNED = 2;

  static TiffSamples of(TiffPage page) throws UnreadableImageException {
    int bits = page.bits();
    boolean floats = page.format() == TiffPage.FLOATS;
    boolean known =
        floats
            ? bits == 16 || bits == 24 || bits == 32 || bits == 64
            : page.format() <= SIGNED && bits >= 1 && (bits <= 16 || bits == 24 || bits == 32);
    if (!known) {
      throw TiffPage.unreadable(
          "it has samples of kind %d with %d bits (convert it to 8 bits RGB)"
              .formatted(page.format(), bits));
    }
    return new TiffSamples(bits, page.format(), TiffPredictor.order(page));
  }

  boolean areFloats() {
    return format == TiffPage.FLOATS;
  }

  SampleRange range() {
    boolean short15 = format == SIGNED && bits == Short.SIZE;
    return areFloats() ? SampleRange.ofFloats() : SampleRange.ofWholes(short15 ? 15 : 16);
  }

  /** Whether samples don't fit 8 bits. */
  boolean areWide() {
    return bits > 8;
  }

  /** Samples of at most 16 bits that lie side by side, the highest bit first. */
  void unpack(byte[] row, int[] samples) {
    if (bits == 8) {
      for (int i = 0; i < samples.length; i++) {
        samples[i] = row[i] & 0xff;
      }
      return;
    }
    int buffer = 0;
    int buffered = 0;
    int next = 0;
    for (int i = 0; i < samples.length; i++) {
      while (buffered < bits) {
        buffer = (buffer << 8) | (row[next++] & 0xff);
        buffered += 8;
      }
      buffered -= bits;
      samples[i] = (buffer >>> buffered) & ((1 << bits) - 1);
    }
  }

  void unpack(byte[] row, double[] samples) {
    if (bits % 8 != 0) {
      int[] whole = new int[samples.length];
      unpack(row, whole);
      for (int i = 0; i < whole.length; i++) {
        samples[i] = whole[i];
      }
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(row).order(order);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = areFloats() ? real(bytes, i * bits / 8) : whole(bytes, i * bits / 8);
    }
  }

  private double whole(ByteBuffer bytes, int at) {
    long value =
        switch (bits) {
          case 16 -> Short.toUnsignedLong(bytes.getShort(at));
          case 24 -> threeBytes(bytes, at);
          default -> Integer.toUnsignedLong(bytes.getInt(at));
        };
    int unused = Long.SIZE - bits;
    return format == SIGNED ? value << unused >> unused : value;
  }

  private double real(ByteBuffer bytes, int at) {
    return switch (bits) {
      case 16 -> shortFloat(Short.toUnsignedInt(bytes.getShort(at)), 10, 15);
      case 24 -> shortFloat(threeBytes(bytes, at), 16, 63);
      case 32 -> bytes.getFloat(at);
      default -> bytes.getDouble(at);
    };
  }

  private int threeBytes(ByteBuffer bytes, int at) {
    int first = bytes.get(at) & 0xff;
    int second = bytes.get(at + 1) & 0xff;
    int third = bytes.get(at + 2) & 0xff;
    return order == ByteOrder.BIG_ENDIAN
        ? (first << 16) | (second << 8) | third
        : (third << 16) | (second << 8) | first;
  }

  /** A float of fewer bits than Java's: sign, exponent, fraction. */
  private double shortFloat(int value, int fractionBits, int bias) {
    int exponent = (value >>> fractionBits) & (2 * bias + 1);
    double fraction = (value & ((1 << fractionBits) - 1)) / (double) (1 << fractionBits);
    double sign = value >>> (bits - 1) == 0 ? 1 : -1;
    if (exponent == 2 * bias + 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb(fraction, 1 - bias)
        : sign * Math.scalb(1 + fraction, exponent - bias);
  }
}
