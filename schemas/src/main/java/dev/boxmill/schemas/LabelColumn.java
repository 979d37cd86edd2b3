package dev.boxmill.schemas;

/**
 * The label table, version 1: its columns in order. Readers may rely on names, types and meaning
 * for ever: a later version adds columns and changes none.
 */
public enum LabelColumn implements TableColumn {
  IMAGE_URI(
      "image_uri",
      "string",
      "",
      "s3a://photos/2026/1.jpg",
      "where it was read; archive!/entry inside an archive"),
  IMAGE_SHA256(
      "image_sha256",
      "string",
      "hexadecimal",
      "9f86d081884c7d65…",
      "SHA-256 of the file's bytes; null if unread"),
  WIDTH("width", "int", "pixels", "1920", "pixels, after EXIF orientation; null if unknown"),
  HEIGHT("height", "int", "pixels", "1080", "pixels, after EXIF orientation; null if unknown"),
  STATUS("status", "string", "", "ok", "ok or failed"),
  ERROR_CATEGORY("error_category", "string", "", "unreadable", "null when ok"),
  ERROR_MESSAGE("error_message", "string", "", "it breaks off in its data", "null when ok"),
  BOXES(
      "boxes",
      "array<" + BoxField.structType() + ">",
      "",
      "see below",
      "by descending score; empty if nothing was found"),
  BOX_COUNT("box_count", "int", "", "2", "number of boxes"),
  MAX_SCORE("max_score", "float", "0 to 1", "0.93", "highest score; null if there is no box"),
  MODEL("model", "string", "", "detr-resnet-50", "the detector that made the row"),
  REFINERS(
      "refiners",
      "string",
      "",
      "clip:min-size=8",
      "the refiners with their settings, in order; empty if none"),
  FINGERPRINT(
      "fingerprint", "string", "hexadecimal", "5f2c9a…", "hash of all that decides a row's labels"),
  LABELED_AT("labeled_at", "timestamp", "UTC", "2026-02-03 04:05:06", "UTC");

  /** Version of this table, kept in the Parquet files' metadata. */
  public static final int VERSION = 1;

  /** Where boxes are, kept in the Parquet files' metadata. */
  public static final String BOX_CONVENTION =
      "x_min y_min x_max y_max in pixels of the original image after EXIF orientation; origin at"
          + " its top left corner, x to the right, y down; x_max and y_max lie on the box's far"
          + " edges, so that width is x_max - x_min";

  private final Description description;

  LabelColumn(String name, String type, String unit, String example, String meaning) {
    this.description = new Description(name, type, unit, example, meaning);
  }

  @Override
  public Description description() {
    return description;
  }
}
