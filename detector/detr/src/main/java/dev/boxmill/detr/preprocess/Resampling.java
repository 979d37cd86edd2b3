package dev.boxmill.detr.preprocess;

/** Filters for resizing, by Pillow's numbers; both antialias when they shrink. */
public enum Resampling {
  BILINEAR(2),
  BICUBIC(3);

  private final int pillowNumber;

  Resampling(int pillowNumber) {
    this.pillowNumber = pillowNumber;
  }

  /** As {@code preprocessor_config.json} has it. */
  int pillowNumber() {
    return pillowNumber;
  }

  static Resampling of(int pillowNumber) {
    for (Resampling resampling : values()) {
      if (resampling.pillowNumber == pillowNumber) {
        return resampling;
      }
    }
    throw new IllegalArgumentException(
        "Unknown resample '" + pillowNumber + "' (known: 2 bilinear, 3 bicubic)");
  }
}
