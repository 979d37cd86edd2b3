package dev.boxmill.checkpoint;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * The two 16-bit float formats as float32, where each of their values is exact, and float32 rounded
 * to binary16. Java converts binary16 itself from version 20 on, and bfloat16 not at all.
 */
final class HalfPrecision {

  private static final int EXPONENT_DIFFERENCE = 127 - 15;
  private static final int DROPPED_BITS = 23 - 10;
  private static final float SMALLEST_SUBNORMAL = 0x1p-24f;
  private static final float SMALLEST_NORMAL = 0x1p-14f;

  /** From here on, float32 rounds to more than the largest binary16, 65504. */
  private static final float OVERFLOW = 65520;

  private HalfPrecision() {}

  static FloatBuffer float16(ShortBuffer halves) {
    float[] floats = new float[halves.remaining()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = float16(halves.get(i));
    }
    return FloatBuffer.wrap(floats).asReadOnlyBuffer();
  }

  static FloatBuffer bfloat16(ShortBuffer halves) {
    float[] floats = new float[halves.remaining()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = bfloat16(halves.get(i));
    }
    return FloatBuffer.wrap(floats).asReadOnlyBuffer();
  }

  /** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
  static float float16(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    int magnitude;
    if (exponent == 0) {
      magnitude = Float.floatToRawIntBits(fraction * SMALLEST_SUBNORMAL);
    } else if (exponent == 0x1f) {
      magnitude = 0x7f800000 | fraction << 13;
    } else {
      magnitude = (exponent + EXPONENT_DIFFERENCE) << 23 | fraction << 13;
    }
    return Float.intBitsToFloat(sign | magnitude);
  }

  /** Whether {@link #toFloat16} has a binary16 for it. */
  static boolean fitsFloat16(float value) {
    return Math.abs(value) < OVERFLOW;
  }

  /** The nearest binary16 of a number that fits; of two, the one whose last bit is 0. */
  static short toFloat16(float value) {
    float magnitude = Math.abs(value);
    int half;
    if (magnitude < SMALLEST_NORMAL) {
      half = (int) Math.rint(magnitude / SMALLEST_SUBNORMAL);
    } else {
      int bits = Float.floatToRawIntBits(magnitude);
      int lastKept = (bits >> DROPPED_BITS) & 1;
      int rounded = (bits + (1 << (DROPPED_BITS - 1)) - 1 + lastKept) >> DROPPED_BITS;
      half = rounded - (EXPONENT_DIFFERENCE << 10);
    }
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    return (short) (sign | half);
  }

  /** The upper half of a float32. */
  static float bfloat16(short half) {
    return Float.intBitsToFloat(half << 16);
  }
}
