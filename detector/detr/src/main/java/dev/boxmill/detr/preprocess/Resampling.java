package dev.boxmill.detr.preprocess;

/**
 * Filters for resizing, by Pillow's numbers. Pillow's antialias when they shrink, and round to
 * whole numbers; those without antialiasing read the pixels next to each sample alone, and round
 * nothing.
 */
public enum Resampling {
  BILINEAR(2, true),
  BICUBIC(3, true),
  SAMPLED_BILINEAR(2, false),
  SAMPLED_BICUBIC(3, false);

  private final int pillowNumber;
  private final boolean antialias;

  Resampling(int pillowNumber, boolean antialias) {
    this.pillowNumber = pillowNumber;
    this.antialias = antialias;
  }

  /** As {@code preprocessor_config.json} has it. */
  int pillowNumber() {
    return pillowNumber;
  }

  /** Whether the filter widens with the shrinking factor. */
  boolean antialias() {
    return antialias;
  }

  /** The filter of that number without antialiasing. */
  public Resampling withoutAntialias() {
    return pillowNumber == BICUBIC.pillowNumber ? SAMPLED_BICUBIC : SAMPLED_BILINEAR;
  }

  static Resampling of(int pillowNumber) {
    for (Resampling resampling : values()) {
      if (resampling.antialias && resampling.pillowNumber == pillowNumber) {
        return resampling;
      }
    }
    throw new IllegalArgumentException(
        "Unknown resample '" + pillowNumber + "' (known: 2 bilinear, 3 bicubic)");
  }
}
