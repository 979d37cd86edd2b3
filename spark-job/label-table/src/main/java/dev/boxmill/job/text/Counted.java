package dev.boxmill.job.text;

import java.util.Locale;

/** Numbers with their noun, as people write them. */
public final class Counted {

  private Counted() {}

  /** For example {@code 1 image}, {@code 12,345 images}. */
  public static String of(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
