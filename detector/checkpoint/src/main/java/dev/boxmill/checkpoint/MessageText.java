package dev.boxmill.checkpoint;

import java.util.List;
import java.util.stream.Collectors;

/** How names, values and shapes from files appear in messages: short, and on one line. */
final class MessageText {

  private static final int LONGEST = 160;

  private MessageText() {}

  /** The text without control characters, cut where it is too long to read. */
  static String text(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return start
        .codePoints()
        .mapToObj(
            c -> Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
        .collect(Collectors.joining());
  }

  static String name(String name) {
    return "'" + text(name) + "'";
  }

  /** A shape as (64, 3, 7, 7). */
  static String shape(List<Long> shape) {
    return text(shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")")));
  }
}
