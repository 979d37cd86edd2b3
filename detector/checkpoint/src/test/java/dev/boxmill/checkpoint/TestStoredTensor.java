package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of each type; the 16-bit ones over all their bit patterns. */
final class TestStoredTensor {

  private static final int PATTERNS = 1 << 16;

  @TempDir Path directory;

  @Test
  void float32KeepsEveryBit() {
    int[] bits = {
      0, 0x80000000, 1, 0x807fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00001
    };
    float[] values = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] = Float.intBitsToFloat(bits[i]);
    }

    FloatBuffer read = read(new TestingSafetensors().floats("a", "[9]", values));

    for (int i = 0; i < bits.length; i++) {
      assertThat(Float.floatToRawIntBits(read.get(i))).isEqualTo(bits[i]);
    }
  }

  @Test
  void everyFloat16HasItsExactValue() {
    FloatBuffer read =
        read(new TestingSafetensors().halves("a", "F16", "[256,256]", allPatterns()));

    assertThat(read.remaining()).isEqualTo(PATTERNS);
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      assertThat(read.get(pattern))
          .as("pattern %04x", pattern)
          .isEqualTo(Float.valueOf(float16(pattern)));
    }
  }

  @Test
  void float16BordersAreWhereTheFormatSays() {
    short[] halves = {
      0x0001, 0x03ff, 0x0400, 0x7bff, 0x7c00, (short) 0xfc00, 0x7e00, (short) 0x8000
    };

    FloatBuffer read = read(new TestingSafetensors().halves("a", "F16", "[8]", halves));

    assertThat(read.get(0)).as("smallest subnormal").isEqualTo(0x1p-24f);
    assertThat(read.get(1)).as("largest subnormal").isEqualTo(0x1p-14f - 0x1p-24f);
    assertThat(read.get(2)).as("smallest normal").isEqualTo(0x1p-14f);
    assertThat(read.get(3)).as("largest").isEqualTo(65504);
    assertThat(read.get(4)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(read.get(5)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(read.get(6)).isNaN();
    assertThat(Float.floatToRawIntBits(read.get(7))).as("minus zero").isEqualTo(0x80000000);
  }

  @Test
  void everyBfloat16IsTheUpperHalfOfItsFloat32() {
    FloatBuffer read = read(new TestingSafetensors().halves("a", "BF16", "[65536]", allPatterns()));

    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      assertThat(Float.floatToRawIntBits(read.get(pattern)))
          .as("pattern %04x", pattern)
          .isEqualTo(pattern << 16);
    }
    assertThat(read.get(0x0001)).as("smallest subnormal").isEqualTo(0x1p-133f);
    assertThat(read.get(0x7f80)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(read.get(0x7fc0)).isNaN();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeMayLieInAFileButOnlyFloatsAreWeights(DType dtype) {
    byte[] bytes = new byte[dtype.bits()];
    Path file =
        new TestingSafetensors()
            .tensor("a", dtype.name(), "[2,4]", bytes)
            .floats("z", "[1]", 5)
            .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      StoredTensor tensor = checkpoint.tensor("a");
      assertThat(tensor.dtype()).isEqualTo(dtype);
      assertThat(checkpoint.tensor("z").values().get(0)).isEqualTo(5);
      if (dtype.isWeight()) {
        assertThat(tensor.values()).isEqualTo(FloatBuffer.allocate(8));
        assertThat(tensor.values().isReadOnly()).isTrue();
        return;
      }
      assertThatThrownBy(tensor::values)
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "Cannot read tensor 'a' of %s: its dtype is %s (weights must be F32, F16 or BF16)",
              file, dtype);
    }
  }

  private FloatBuffer read(TestingSafetensors file) {
    file.write(directory.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      return checkpoint.tensor("a").values();
    }
  }

  private static short[] allPatterns() {
    short[] patterns = new short[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      patterns[pattern] = (short) pattern;
    }
    return patterns;
  }

  /** The definition of IEEE 754 binary16, in exact double arithmetic. */
  private static float float16(int pattern) {
    double sign = (pattern >> 15) == 0 ? 1 : -1;
    int exponent = (pattern >> 10) & 31;
    double fraction = (pattern & 1023) / 1024.0;
    if (exponent == 31) {
      return fraction == 0 ? (float) (sign * Double.POSITIVE_INFINITY) : Float.NaN;
    }
    double magnitude =
        exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
    return (float) (sign * magnitude);
  }
}
