package dev.boxmill.refiners.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The values of a refiner's options: the user's where one was given, else the default. Reading an
 * option that the factory does not declare, or as another type, is a fault of the plugin and says
 * so.
 */
public final class RefinerOptions {
  private final Map<String, RefinerOption> declared;
  private final Map<String, Object> values;

  private RefinerOptions(Map<String, RefinerOption> declared, Map<String, Object> values) {
    this.declared = declared;
    this.values = values;
  }

  /**
   * Checks what a user gave; also for a plugin's own tests.
   *
   * @param given texts by option name
   * @throws RefinerConfigurationException listing every unknown name and every bad value
   */
  public static RefinerOptions of(RefinerFactory factory, Map<String, String> given) {
    Map<String, RefinerOption> declared = new LinkedHashMap<>();
    Map<String, Object> values = new LinkedHashMap<>();
    factory.options().forEach(option -> declared.put(option.name(), option));
    declared.forEach((name, option) -> values.put(name, option.defaultValue()));

    List<String> problems = new ArrayList<>();
    for (String name : new TreeSet<>(given.keySet())) {
      RefinerOption option = declared.get(name);
      if (option == null) {
        problems.add(unknown(name, factory.name(), declared));
        continue;
      }
      try {
        values.put(name, option.parse(given.get(name)));
      } catch (IllegalArgumentException invalid) {
        problems.add("Refiner '%s': %s".formatted(factory.name(), invalid.getMessage()));
      }
    }
    RefinerConfigurationException.throwIfAny(problems);
    return new RefinerOptions(declared, values);
  }

  private static String unknown(String name, String refiner, Map<String, RefinerOption> declared) {
    return "Unknown option '%s' of refiner '%s' (known: %s)"
        .formatted(name, refiner, describe(declared));
  }

  private static String describe(Map<String, RefinerOption> declared) {
    if (declared.isEmpty()) {
      return "none";
    }
    return declared.values().stream()
        .map(RefinerOption::toString)
        .collect(Collectors.joining(", "));
  }

  /** Value of an option declared by {@link RefinerOption#number}. */
  public double number(String name) {
    return (double) value(name, RefinerOption.Type.NUMBER);
  }

  /** Value of an option declared by {@link RefinerOption#integer}. */
  public long integer(String name) {
    return (long) value(name, RefinerOption.Type.INTEGER);
  }

  /** Value of an option declared by {@link RefinerOption#text}. */
  public String text(String name) {
    return (String) value(name, RefinerOption.Type.TEXT);
  }

  /** Value of an option declared by {@link RefinerOption#flag}. */
  public boolean flag(String name) {
    return (boolean) value(name, RefinerOption.Type.FLAG);
  }

  /**
   * Every option's value as text, defaults too, in one fixed way of writing each; but for defaults
   * of options that were {@link RefinerOption#addedLater added later}.
   */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (declared.get(name).isNamed(value)) {
            texts.put(name, value.toString());
          }
        });
    return Collections.unmodifiableMap(texts);
  }

  private Object value(String name, RefinerOption.Type type) {
    RefinerOption option = declared.get(name);
    if (option == null) {
      throw new IllegalArgumentException(
          "Unknown option '" + name + "' (known: " + describe(declared) + ")");
    }
    if (option.type() != type) {
      throw new IllegalArgumentException(
          "Cannot read option '%s' as %s: it is declared as %s"
              .formatted(name, type, option.type()));
    }
    return values.get(name);
  }
}
