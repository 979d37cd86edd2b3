package dev.boxmill.refiners.spi;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A refiner that a run asks for, by name and options: all that travels to the executors.
 *
 * @param options texts by option name; keeps its order
 */
public record RefinerSpec(String name, Map<String, String> options) implements Serializable {

  public RefinerSpec {
    requireNonNull(name, "name is null");
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /**
   * Reads {@code name} or {@code name:key=value,key=value}.
   *
   * @param problems gets a sentence for each part that cannot be read; the rest is returned, so
   *     that it can be checked too
   */
  static RefinerSpec parse(String text, List<String> problems) {
    String[] nameAndOptions = text.split(":", 2);
    Map<String, String> options = new LinkedHashMap<>();
    if (nameAndOptions.length == 2) {
      for (String option : nameAndOptions[1].split(",", -1)) {
        put(option, text, options, problems);
      }
    }
    return new RefinerSpec(nameAndOptions[0].strip(), options);
  }

  private static void put(
      String option, String spec, Map<String, String> options, List<String> problems) {
    int equals = option.indexOf('=');
    if (equals < 1) {
      problems.add(
          "Invalid option: '%s' in '%s' (must be key=value, several separated by commas)"
              .formatted(option, spec));
      return;
    }
    String key = option.substring(0, equals).strip();
    if (options.putIfAbsent(key, option.substring(equals + 1).strip()) != null) {
      problems.add("Invalid option: '%s' in '%s' (must be given once)".formatted(key, spec));
    }
  }

  /** As the command line takes it: {@code name:key=value,key=value}. */
  @Override
  public String toString() {
    if (options.isEmpty()) {
      return name;
    }
    return options.entrySet().stream()
        .map(option -> option.getKey() + "=" + option.getValue())
        .collect(Collectors.joining(",", name + ":", ""));
  }
}
