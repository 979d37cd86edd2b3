package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Undoes what a predictor did to a row before it was compressed (TIFF 6.0, section 14). */
final class TiffPredictor {
  private static final int HORIZONTAL = 2;
  private static final int FLOATING_POINT = 3;

  private TiffPredictor() {}

  static void check(TiffPage page) throws UnreadableImageException {
    int predictor = page.predictor();
    int bits = page.bits();
    boolean known =
        switch (predictor) {
          case 1 -> true;
          case HORIZONTAL -> bits == 8 || bits == 16 || bits == 32 || bits == 64;
          case FLOATING_POINT -> bits % 8 == 0 && page.format() == TiffPage.FLOATS;
          default -> false;
        };
    if (!known) {
      throw TiffPage.unreadable(
          "it has predictor " + predictor + " with " + bits + " bits (save it without predictor)");
    }
  }

  static boolean isFloatingPoint(TiffPage page) {
    return page.compression().hasPredictor() && page.predictor() == FLOATING_POINT;
  }

  static void undo(TiffPage page, byte[] row) {
    if (!page.compression().hasPredictor()) {
      return;
    }
    if (page.predictor() == HORIZONTAL) {
      sum(ByteBuffer.wrap(row).order(page.order()), page.bits() / 8, page.samplesTogether());
    } else if (page.predictor() == FLOATING_POINT) {
      sum(ByteBuffer.wrap(row), 1, page.samplesTogether());
      gather(row, page.bits() / 8);
    }
  }

  /** Each value is the difference to the one a pixel before. */
  private static void sum(ByteBuffer row, int bytes, int samples) {
    int back = bytes * samples;
    for (int at = back; at + bytes <= row.limit(); at += bytes) {
      switch (bytes) {
        case 1 -> row.put(at, (byte) (row.get(at) + row.get(at - back)));
        case 2 -> row.putShort(at, (short) (row.getShort(at) + row.getShort(at - back)));
        case 4 -> row.putInt(at, row.getInt(at) + row.getInt(at - back));
        default -> row.putLong(at, row.getLong(at) + row.getLong(at - back));
      }
    }
  }

  /** The highest bytes of all values come first, then the next: to whole values, highest first. */
  private static void gather(byte[] row, int bytes) {
    byte[] apart = row.clone();
    int values = row.length / bytes;
    for (int i = 0; i < values; i++) {
      for (int part = 0; part < bytes; part++) {
        row[i * bytes + part] = apart[part * values + i];
      }
    }
  }

  /** The order of the bytes of a sample, once predictors are undone. */
  static ByteOrder order(TiffPage page) {
    return isFloatingPoint(page) ? ByteOrder.BIG_ENDIAN : page.order();
  }
}
