package dev.boxmill.image;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Brings the samples of a picture that has more than 8 bits each to 0..255, all by one rule.
 *
 * <p>Files don't say which part of their range cameras, scanners and microscopes used. Whole
 * numbers therefore count as having the least of 8, 10, 12, 14 and 16 bits that holds the largest
 * sample, and their highest 8 are taken. Floats from 0 to 1 are shares of 255; others up to 65535
 * are taken as whole numbers, if any is at least 16. All else is stretched from the smallest sample
 * to the largest. Samples that are no number are 0.
 */
final class SampleRange {
  private static final int[] DEPTHS = {8, 10, 12, 14};
  private static final double BRIGHTEST = 255;

  /** A picture in 0..255 without any brighter sample would be black. */
  private static final double LEAST_MAXIMUM = 16;

  private final boolean floats;
  private final int mostBits;
  private double smallest = Double.POSITIVE_INFINITY;
  private double largest = Double.NEGATIVE_INFINITY;

  private SampleRange(boolean floats, int mostBits) {
    this.floats = floats;
    this.mostBits = mostBits;
  }

  static SampleRange ofFloats() {
    return new SampleRange(true, Short.SIZE);
  }

  /**
   * For whole numbers.
   *
   * @param mostBits that one of those which are not negative may have; 16 if it may have more
   */
  static SampleRange ofWholes(int mostBits) {
    return new SampleRange(false, mostBits);
  }

  void add(double sample) {
    if (Double.isFinite(sample)) {
      smallest = Math.min(smallest, sample);
      largest = Math.max(largest, sample);
    }
  }

  void addAll(int[] samples) {
    for (int sample : samples) {
      add(sample);
    }
  }

  /** To 0..255. */
  DoubleUnaryOperator toBytes() {
    if (floats && smallest >= 0 && largest <= 1) {
      return sample -> clip(Math.rint(sample * BRIGHTEST));
    }
    if (smallest >= 0 && largest < 1 << mostBits && (!floats || largest >= LEAST_MAXIMUM)) {
      int bits =
          IntStream.of(DEPTHS).filter(depth -> largest < 1 << depth).findFirst().orElse(mostBits);
      return sample -> clip((int) sample >> (bits - 8));
    }
    double scale = largest > smallest ? BRIGHTEST / (largest - smallest) : 0;
    return sample -> clip(Math.rint((sample - smallest) * scale));
  }

  private static double clip(double sample) {
    return sample >= BRIGHTEST ? BRIGHTEST : sample > 0 ? sample : 0; // what is no number is 0
  }
}
