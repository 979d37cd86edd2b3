package dev.boxmill.refiners.spi;

import java.util.Optional;
import java.util.function.Function;

/**
 * The values that an option may have.
 *
 * @param rule said after "must be", such as {@code integer from 1 to 9}
 * @param parser gives empty, or a {@link NumberFormatException}, for a text that is none of them
 */
record OptionValues(String rule, Function<String, Optional<Object>> parser) {

  static OptionValues numbers(double least, double most) {
    return new OptionValues(
        "number from " + least + " to " + most,
        text ->
            Optional.<Object>of(Double.valueOf(text))
                .filter(value -> (double) value >= least && (double) value <= most)
                .filter(value -> Double.isFinite((double) value)));
  }

  static OptionValues integers(long least, long most) {
    return new OptionValues(
        "integer from " + least + " to " + most,
        text ->
            Optional.<Object>of(Long.valueOf(text))
                .filter(value -> (long) value >= least && (long) value <= most));
  }

  static OptionValues texts() {
    return new OptionValues(
        "text without a comma", text -> Optional.<Object>of(text).filter(v -> !text.contains(",")));
  }

  static OptionValues flags() {
    return new OptionValues(
        "flag, true or false",
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  Optional<Object> parse(String text) {
    try {
      return parser.apply(text);
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }
}
