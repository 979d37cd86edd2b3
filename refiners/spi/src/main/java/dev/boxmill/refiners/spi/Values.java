package dev.boxmill.refiners.spi;

import java.util.Optional;
import java.util.function.Function;

/**
 * The values that an option may have.
 *
 * @param rule said after "must be", such as {@code integer from 1 to 9}
 * @param parser gives empty, or a {@link NumberFormatException}, for a text that is none of them
 */
record Values(String rule, Function<String, Optional<Object>> parser) {

  static Values numbers(double least, double most) {
    return new Values(
        "number from " + least + " to " + most,
        text ->
            Optional.<Object>of(Double.valueOf(text))
                .filter(value -> (double) value >= least && (double) value <= most)
                .filter(value -> Double.isFinite((double) value)));
  }

  static Values integers(long least, long most) {
    return new Values(
        "integer from " + least + " to " + most,
        text ->
            Optional.<Object>of(Long.valueOf(text))
                .filter(value -> (long) value >= least && (long) value <= most));
  }

  static Values texts() {
    return new Values(
        "text without a comma", text -> Optional.<Object>of(text).filter(v -> !text.contains(",")));
  }

  static Values flags() {
    return new Values(
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
