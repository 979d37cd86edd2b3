package dev.boxmill.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How much of an image file is decoded. */
public enum Decoding {
  /** Every pixel. */
  FULL,

  /**
   * A JPEG at a half, a quarter or an eighth of its size, the least that is no smaller than what is
   * asked for: its decoder then leaves out most of the work. Other formats as in {@link #FULL}.
   */
  SCALED;

  /** Names as users write them. */
  public static List<String> optionValues() {
    return Arrays.stream(values()).map(Decoding::optionValue).toList();
  }

  /**
   * By its name as users write it.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Decoding of(String name) {
    return Arrays.stream(values())
        .filter(decoding -> decoding.optionValue().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown decoding '%s' (known: %s)"
                        .formatted(name, String.join(", ", optionValues()))));
  }

  /** For example {@code scaled}. */
  public String optionValue() {
    return name().toLowerCase(Locale.ROOT);
  }
}
