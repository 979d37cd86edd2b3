package dev.boxmill.schemas;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The fields of an element of the review table's {@code suspects}, in order. */
public enum SuspectField implements TableColumn {
  ERROR("error", "string", "", "wrongly named", "overlooked, badly placed or wrongly named"),
  QUALITY("quality", "double", "0 to 1", "0.08", "ObjectLab's score of the box"),
  ANNOTATED("annotated", "string", "", "cat", "the annotated class; null if overlooked"),
  X_MIN("x_min", "float", "pixels", "12.5", "left side of the annotated box; null if overlooked"),
  Y_MIN("y_min", "float", "pixels", "40.25", "upper side of the annotated box; null if overlooked"),
  X_MAX("x_max", "float", "pixels", "201.0", "right side of the annotated box; null if overlooked"),
  Y_MAX(
      "y_max", "float", "pixels", "330.75", "lower side of the annotated box; null if overlooked"),
  FOUND("found", "string", "", "dog", "the class of the detector's box that speaks against it"),
  FOUND_SCORE("found_score", "float", "0 to 1", "0.98", "that box's score"),
  FOUND_X_MIN("found_x_min", "float", "pixels", "11.0", "that box's left side"),
  FOUND_Y_MIN("found_y_min", "float", "pixels", "42.0", "that box's upper side"),
  FOUND_X_MAX("found_x_max", "float", "pixels", "205.5", "that box's right side"),
  FOUND_Y_MAX("found_y_max", "float", "pixels", "329.0", "that box's lower side");

  private final Description description;

  SuspectField(String name, String type, String unit, String example, String meaning) {
    this.description = new Description(name, type, unit, example, meaning);
  }

  /** The type of an element of {@code suspects} in Spark SQL's notation. */
  static String structType() {
    return Arrays.stream(values())
        .map(field -> field.columnName() + ":" + field.sqlType())
        .collect(Collectors.joining(",", "struct<", ">"));
  }

  @Override
  public Description description() {
    return description;
  }
}
