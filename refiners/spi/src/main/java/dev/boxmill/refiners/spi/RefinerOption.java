package dev.boxmill.refiners.spi;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One option that users may give a refiner as {@code name:key=value}. Made by {@link #number},
 * {@link #integer}, {@link #text} and {@link #flag}; each has a default, so that a refiner works by
 * its name alone.
 */
public final class RefinerOption {

  /** What a value must be. */
  public enum Type {
    NUMBER,
    INTEGER,
    TEXT,
    FLAG;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private final String name;
  private final Type type;
  private final Object defaultValue;
  private final String description;
  private final OptionValues values;
  private final boolean addedLater;

  private RefinerOption(
      String name, Type type, Object defaultValue, String description, OptionValues values) {
    this(name, type, defaultValue, description, values, false);
  }

  private RefinerOption(
      String name,
      Type type,
      Object defaultValue,
      String description,
      OptionValues values,
      boolean addedLater) {
    this.name = requireNonNull(name, "name is null");
    this.type = type;
    this.defaultValue = requireNonNull(defaultValue, "defaultValue is null");
    this.description = requireNonNull(description, "description is null");
    this.values = values;
    this.addedLater = addedLater;
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid option name: '" + name + "' (must match " + NAME + ")");
    }
    parse(defaultValue.toString());
  }

  /** A finite number from {@code least} to {@code most}, both allowed. */
  public static RefinerOption number(
      String name, double defaultValue, double least, double most, String description) {
    return new RefinerOption(
        name, Type.NUMBER, defaultValue, description, OptionValues.numbers(least, most));
  }

  /** A whole number from {@code least} to {@code most}, both allowed. */
  public static RefinerOption integer(
      String name, long defaultValue, long least, long most, String description) {
    return new RefinerOption(
        name, Type.INTEGER, defaultValue, description, OptionValues.integers(least, most));
  }

  /** Any text without a comma, perhaps empty; the refiner judges it. */
  public static RefinerOption text(String name, String defaultValue, String description) {
    return new RefinerOption(name, Type.TEXT, defaultValue, description, OptionValues.texts());
  }

  /** {@code true} or {@code false}. */
  public static RefinerOption flag(String name, boolean defaultValue, String description) {
    return new RefinerOption(name, Type.FLAG, defaultValue, description, OptionValues.flags());
  }

  /**
   * The same option, of a refiner that was without it before: a table's {@code refiners} and
   * fingerprint name it only where it has another value than the default, so that tables from
   * before are continued.
   */
  public RefinerOption addedLater() {
    return new RefinerOption(name, type, defaultValue, description, values, true);
  }

  public String name() {
    return name;
  }

  /** Whether a table's {@code refiners} name this value. */
  public boolean isNamed(Object value) {
    return !addedLater || !value.equals(defaultValue);
  }

  public Type type() {
    return type;
  }

  public Object defaultValue() {
    return defaultValue;
  }

  /** What it does and its unit, for the user. */
  public String description() {
    return description;
  }

  /** For help and messages, such as {@code iou (number from 0.0 to 1.0, default 0.7)}. */
  @Override
  public String toString() {
    String shown = type == Type.TEXT ? "'" + defaultValue + "'" : defaultValue.toString();
    return "%s (%s, default %s)".formatted(name, values.rule(), shown);
  }

  /**
   * The value that a text stands for: Double, Long, String or Boolean.
   *
   * @throws IllegalArgumentException if it stands for none, or for one out of range
   */
  Object parse(String text) {
    return values
        .parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid %s: '%s' (must be %s)".formatted(name, text, values.rule())));
  }
}
