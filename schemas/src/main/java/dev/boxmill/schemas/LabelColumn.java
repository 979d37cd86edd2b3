package dev.boxmill.schemas;

/**
 * The label table, version 1: its columns in order. Readers may rely on names, types and meaning
 * for ever.
 *
 * <p>Boxes are pixels of the oriented original image, origin top-left, as {@code x_min y_min x_max
 * y_max} floats.
 */
public enum LabelColumn {
  IMAGE_URI("image_uri", "string", "where it was read; archive!/entry inside an archive"),
  IMAGE_SHA256("image_sha256", "string", "SHA-256 of the file's bytes; null if unread"),
  WIDTH("width", "int", "pixels, after EXIF orientation; null if unknown"),
  HEIGHT("height", "int", "pixels, after EXIF orientation; null if unknown"),
  STATUS("status", "string", "ok or failed"),
  ERROR_CATEGORY("error_category", "string", "null when ok"),
  ERROR_MESSAGE("error_message", "string", "null when ok"),
  BOXES(
      "boxes",
      "array<struct<label_id:int,label:string,score:float,"
          + "x_min:float,y_min:float,x_max:float,y_max:float,"
          + "detector_x_min:float,detector_y_min:float,detector_x_max:float,detector_y_max:float,"
          + "refinement_iou:float>>",
      "by descending score; empty if nothing was found"),
  BOX_COUNT("box_count", "int", "number of boxes"),
  MAX_SCORE("max_score", "float", "highest score; null if there is no box"),
  MODEL("model", "string", "the detector that made the row"),
  REFINERS("refiners", "string", "the refiners with their settings, in order; empty if none"),
  FINGERPRINT("fingerprint", "string", "hash of all that decides a row's labels"),
  LABELLED_AT("labelled_at", "timestamp", "UTC");

  /** Version of this table, kept in the Parquet files' metadata. */
  public static final int VERSION = 1;

  private final String columnName;
  private final String sqlType;
  private final String meaning;

  LabelColumn(String columnName, String sqlType, String meaning) {
    this.columnName = columnName;
    this.sqlType = sqlType;
    this.meaning = meaning;
  }

  public String columnName() {
    return columnName;
  }

  /** Type in Spark SQL's notation. */
  public String sqlType() {
    return sqlType;
  }

  public String meaning() {
    return meaning;
  }
}
