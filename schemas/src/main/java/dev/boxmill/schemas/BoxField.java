package dev.boxmill.schemas;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The fields of an element of the label table's {@code boxes}, in order. */
public enum BoxField implements TableColumn {
  LABEL_ID("label_id", "int", "", "17", "the class's number, as the detector counts"),
  LABEL("label", "string", "", "cat", "the class's name"),
  SCORE("score", "float", "0 to 1", "0.93", "how sure the detector is"),
  X_MIN("x_min", "float", "pixels", "12.5", "left side, after all refiners"),
  Y_MIN("y_min", "float", "pixels", "40.25", "upper side, after all refiners"),
  X_MAX("x_max", "float", "pixels", "201.0", "right side, after all refiners"),
  Y_MAX("y_max", "float", "pixels", "330.75", "lower side, after all refiners"),
  DETECTOR_X_MIN("detector_x_min", "float", "pixels", "11.0", "left side, before any refiner"),
  DETECTOR_Y_MIN("detector_y_min", "float", "pixels", "42.0", "upper side, before any refiner"),
  DETECTOR_X_MAX("detector_x_max", "float", "pixels", "205.5", "right side, before any refiner"),
  DETECTOR_Y_MAX("detector_y_max", "float", "pixels", "329.0", "lower side, before any refiner"),
  REFINEMENT_IOU("refinement_iou", "float", "0 to 1", "0.94", "IoU of the box before and after");

  private final Description description;

  BoxField(String name, String type, String unit, String example, String meaning) {
    this.description = new Description(name, type, unit, example, meaning);
  }

  /** The type of an element of {@code boxes} in Spark SQL's notation. */
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
