package dev.boxmill.job.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Ids as a COCO file has them: whole numbers, or texts, which here are numbered. A text that is a
 * whole number is that number, so that {@code "12"} of one file means {@code 12} of another.
 */
public final class CocoIds {

  private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  /** Below all numbers that are written with 18 digits. */
  private static final long FIRST = Long.MIN_VALUE;

  private final Map<String, Long> numbers = new HashMap<>();
  private final List<String> texts = new ArrayList<>();

  /** The id that a text means. */
  long of(String text) {
    if (NUMBER.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    return numbers.computeIfAbsent(
        text,
        none -> {
          texts.add(text);
          return FIRST + texts.size() - 1;
        });
  }

  /** Whether the file has a text that is no number. */
  boolean isText(long id) {
    return id - FIRST >= 0 && id - FIRST < texts.size();
  }

  /** As the file has it, for messages. */
  String shown(long id) {
    return isText(id) ? texts.get((int) (id - FIRST)) : String.valueOf(id);
  }
}
