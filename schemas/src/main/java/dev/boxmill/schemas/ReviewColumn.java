package dev.boxmill.schemas;

/**
 * The review table, version 1: its columns in order. One row for each labeled image that people
 * annotated. Scores are ObjectLab's: 1 where annotations look right, 0 where they look wrong.
 */
public enum ReviewColumn implements TableColumn {
  IMAGE_URI("image_uri", "string", "", "s3a://photos/2026/1.jpg", "as in the label table"),
  ANNOTATION_QUALITY(
      "annotation_quality",
      "double",
      "0 to 1",
      "0.12",
      "geometric mean of the three scores; the lowest come first"),
  OVERLOOKED(
      "overlooked", "double", "0 to 1", "0.01", "low if an object seems to have no annotation"),
  BADLY_PLACED(
      "badly_placed", "double", "0 to 1", "0.4", "low if an annotated box seems to lie wrong"),
  WRONGLY_NAMED(
      "wrongly_named", "double", "0 to 1", "1.0", "low if an annotated class seems to be wrong"),
  SUSPECTS(
      "suspects",
      "array<" + SuspectField.structType() + ">",
      "",
      "see below",
      "boxes that score 0.3 or less, the worst first");

  /** Version of this table, kept in the Parquet files' metadata. */
  public static final int VERSION = 1;

  private final Description description;

  ReviewColumn(String name, String type, String unit, String example, String meaning) {
    this.description = new Description(name, type, unit, example, meaning);
  }

  @Override
  public Description description() {
    return description;
  }
}
