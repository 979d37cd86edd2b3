package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ranges of numbers in names of files, as shells and WebDataset write them: {@code
 * shard-{000000..000099}.tar}. Numbers have as many digits as the longer bound if one of them
 * begins with a zero.
 */
final class NumberRanges {

  /** More files than that belong into a manifest. */
  private static final int MOST_NAMES = 1_000_000;

  private static final Pattern RANGE = Pattern.compile("\\{(\\d{1,18})\\.\\.(\\d{1,18})}");

  private NumberRanges() {}

  static boolean isIn(String text) {
    return RANGE.matcher(text).find();
  }

  /**
   * The names that a text stands for, in its order.
   *
   * @throws BadInputException if they are too many
   */
  static List<String> expand(String text) {
    Matcher range = RANGE.matcher(text);
    if (!range.find()) {
      return List.of(text);
    }
    List<String> rests = expand(text.substring(range.end()));
    List<String> names = new ArrayList<>();
    for (String number : numbers(range.group(1), range.group(2), rests.size(), text)) {
      rests.forEach(rest -> names.add(text.substring(0, range.start()) + number + rest));
    }
    return names;
  }

  private static List<String> numbers(String first, String last, int rests, String text) {
    long from = Long.parseLong(first);
    long to = Long.parseLong(last);
    if ((Math.abs(to - from) + 1) > MOST_NAMES / rests) {
      throw new BadInputException(
          "Invalid --input: "
              + text
              + " (must name no more than "
              + MOST_NAMES
              + " files; name a pattern with * or a manifest)");
    }
    int digits = isPadded(first) || isPadded(last) ? Math.max(first.length(), last.length()) : 1;
    int step = from <= to ? 1 : -1;
    List<String> numbers = new ArrayList<>();
    for (long number = from; number != to + step; number += step) {
      numbers.add(String.format("%0" + digits + "d", number));
    }
    return numbers;
  }

  private static boolean isPadded(String number) {
    return number.length() > 1 && number.startsWith("0");
  }
}
