package dev.boxmill.job.table;

import dev.boxmill.schemas.LabelColumn;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** The label table's schema for Spark, built from {@link LabelColumn}. */
public final class LabelTable {

  /** Key of the table's version in the metadata of its first column, and of its files. */
  static final String VERSION_KEY = "boxmill.label_table_version";

  static final String BOX_CONVENTION_KEY = "boxmill.box_convention";

  private static final StructType SCHEMA =
      TableSchema.of(LabelColumn.values(), VERSION_KEY, LabelColumn.VERSION);

  private LabelTable() {}

  /**
   * All columns in order, nullable, each with its meaning as comment. Spark writes both into every
   * Parquet file's metadata.
   */
  public static StructType schema() {
    return SCHEMA;
  }

  /** Whether a table with that schema is a label table, of this version or another. */
  static boolean matches(StructType found) {
    List<String> names = List.of(found.fieldNames());
    for (LabelColumn column : LabelColumn.values()) {
      if (!names.contains(column.columnName())) {
        return false;
      }
    }
    return found.apply(LabelColumn.IMAGE_URI.columnName()).metadata().contains(VERSION_KEY);
  }
}
