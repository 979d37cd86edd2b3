package dev.boxmill.job.table;

import dev.boxmill.schemas.LabelColumn;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The label table's schema for Spark, built from {@link LabelColumn}. */
public final class LabelTable {

  /** Key of the table's version in the metadata of its first column. */
  static final String VERSION_KEY = "boxmill.label_table_version";

  private static final StructType SCHEMA = schemaOf(LabelColumn.values());

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

  private static StructType schemaOf(LabelColumn[] columns) {
    List<StructField> fields = new ArrayList<>();
    for (LabelColumn column : columns) {
      DataType type = DataType.fromDDL(column.sqlType());
      StructField field = new StructField(column.columnName(), type, true, metadata(column));
      fields.add(field.withComment(column.meaning()));
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  private static Metadata metadata(LabelColumn column) {
    if (column != LabelColumn.IMAGE_URI) {
      return Metadata.empty();
    }
    return new MetadataBuilder().putLong(VERSION_KEY, LabelColumn.VERSION).build();
  }
}
