package dev.boxmill.job.preview;

import java.util.Locale;

/**
 * Text and numbers as they may stand in a page. Java has no escape for HTML, and those of libraries
 * let control characters through, which HTML forbids.
 */
final class Html {
  private Html() {}

  /**
   * Text for element content and for quoted attributes alike. Control characters, which HTML
   * forbids, become the replacement character.
   */
  static String text(String raw) {
    StringBuilder safe = new StringBuilder(raw.length() + 16);
    for (int i = 0; i < raw.length(); i++) {
      safe.append(escaped(raw.charAt(i)));
    }
    return safe.toString();
  }

  private static String escaped(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '"' -> "&quot;";
      case '\'' -> "&#39;";
      case '\n', '\t' -> " ";
      default -> Character.isISOControl(c) ? "\uFFFD" : String.valueOf(c);
    };
  }

  /** Text whose direction of writing does not disturb its neighbors. */
  static String isolated(String raw) {
    return "<bdi>" + text(raw) + "</bdi>";
  }

  /** 12345 as 12,345. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** "1 box", "2 boxes". */
  static String count(long number, String one, String many) {
    return count(number) + " " + (number == 1 ? one : many);
  }

  /** At most that many decimals, without trailing zeros; 0 for what is no number. */
  static String number(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return "0";
    }
    String fixed = String.format(Locale.ROOT, "%." + decimals + "f", value);
    String shortened = fixed.contains(".") ? fixed.replaceAll("\\.?0+$", "") : fixed;
    return shortened.equals("-0") ? "0" : shortened;
  }

  /** A share of 0 to 1 in percent, for CSS. */
  static String percent(double share) {
    return number(share * 100, 2) + "%";
  }
}
