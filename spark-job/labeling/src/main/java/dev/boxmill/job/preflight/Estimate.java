package dev.boxmill.job.preflight;

import java.util.Locale;

/** How long a run takes, as people say it. */
final class Estimate {

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Estimate() {}

  /**
   * Such as {@code about 3 h 20 min}.
   *
   * @param seconds at least 0
   */
  static String text(double seconds) {
    long whole = (long) Math.ceil(seconds);
    if (whole < 2 * MINUTE) {
      return "about " + whole + " s";
    }
    if (whole < 2 * HOUR) {
      return "about " + Math.round(seconds / MINUTE) + " min";
    }
    if (whole < 2 * DAY) {
      return two(Math.round(seconds / MINUTE), HOUR / MINUTE, "h", "min");
    }
    return two(Math.round(seconds / HOUR), DAY / HOUR, "days", "h");
  }

  private static String two(long small, long perLarge, String large, String name) {
    return String.format(
        Locale.ROOT, "about %,d %s %d %s", small / perLarge, large, small % perLarge, name);
  }
}
