package dev.boxmill.schemas;

/**
 * The triage table, version 1: its columns in order. One row for each row of a label table. The
 * five parts count boxes that someone would have to delete, draw or move; each has its formula on
 * the page of this module.
 */
public enum TriageColumn implements TableColumn {
  IMAGE_URI("image_uri", "string", "", "s3a://photos/2026/1.jpg", "as in the label table"),
  STATUS("status", "string", "", "ok", "as in the label table: ok or failed"),
  REVIEW_PRIORITY(
      "review_priority",
      "double",
      "0 to 1",
      "0.39",
      "chance that something is wrong, 1 - exp(-expected_errors); 1 if failed"),
  EXPECTED_ERRORS(
      "expected_errors", "double", "boxes", "0.5", "sum of the five parts; null if failed"),
  UNCERTAIN_BOXES(
      "uncertain_boxes",
      "double",
      "boxes",
      "0.2",
      "boxes that are wrong, by their scores; null if failed"),
  MISSED_OBJECTS(
      "missed_objects",
      "double",
      "boxes",
      "0.1",
      "objects that only boxes below the threshold show; null if failed"),
  NEAR_DUPLICATES(
      "near_duplicates",
      "double",
      "boxes",
      "0.15",
      "boxes that lie on a surer one, of any class; null if failed"),
  REFINER_DISAGREEMENT(
      "refiner_disagreement",
      "double",
      "boxes",
      "0.02",
      "boxes that the refiners moved unusually far; null if failed"),
  ODD_SIZES(
      "odd_sizes",
      "double",
      "boxes",
      "0.03",
      "boxes that are too large or too small for their class; null if failed");

  /** Version of this table, kept in the Parquet files' metadata. */
  public static final int VERSION = 1;

  private final Description description;

  TriageColumn(String name, String type, String unit, String example, String meaning) {
    this.description = new Description(name, type, unit, example, meaning);
  }

  @Override
  public Description description() {
    return description;
  }
}
