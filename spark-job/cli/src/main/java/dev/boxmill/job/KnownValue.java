package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Options with a few values, written in lower case, with hyphens. */
final class KnownValue {

  private KnownValue() {}

  static <E extends Enum<E>> E of(String option, String value, E[] known) {
    List<String> names =
        Arrays.stream(known)
            .map(one -> one.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList();
    int index = names.indexOf(value);
    if (index < 0) {
      throw new BadInputException(
          "Unknown " + option + " '" + value + "' (known: " + String.join(", ", names) + ")");
    }
    return known[index];
  }
}
