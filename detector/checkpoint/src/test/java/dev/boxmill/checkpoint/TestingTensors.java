package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of whole tensors. */
public final class TestingTensors {

  /**
   * Float32 results of two implementations that add in different orders. Absolute up to 1, relative
   * beyond.
   */
  public static final float FLOAT32_TOLERANCE = 1e-4f;

  private TestingTensors() {}

  /**
   * Fails unless every value is within {@code tolerance * max(1, |expected|)}; the message names
   * the worst value.
   */
  public static void assertClose(String name, float[] found, float[] expected, float tolerance) {
    assertThat(found).as("values of %s", name).hasSameSizeAs(expected);
    int worst = -1;
    float worstExcess = 0;
    float largestAbsolute = 0;
    float largestRelative = 0;
    for (int i = 0; i < found.length; i++) {
      float difference = Math.abs(found[i] - expected[i]);
      float excess = difference - tolerance * Math.max(1, Math.abs(expected[i]));
      largestAbsolute = Math.max(largestAbsolute, difference);
      largestRelative = Math.max(largestRelative, difference / Math.abs(expected[i]));
      if (!(excess <= worstExcess)) {
        worst = i;
        worstExcess = Float.isNaN(excess) ? Float.POSITIVE_INFINITY : excess;
      }
    }
    assertThat(worst)
        .as(
            "%s[%d]: found %s, expected %s (largest difference %s absolute, %s relative)",
            name,
            worst,
            worst < 0 ? "" : found[worst],
            worst < 0 ? "" : expected[worst],
            largestAbsolute,
            largestRelative)
        .isNegative();
  }

  /** Root mean square of the differences over that of the expected values. */
  public static double relativeDrift(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double differences = 0;
    double values = 0;
    for (int i = 0; i < found.length; i++) {
      differences += Math.pow((double) found[i] - expected[i], 2);
      values += Math.pow(expected[i], 2);
    }
    return Math.sqrt(differences / values);
  }
}
