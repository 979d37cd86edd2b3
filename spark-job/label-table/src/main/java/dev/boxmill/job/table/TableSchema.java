package dev.boxmill.job.table;

import dev.boxmill.schemas.TableColumn;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns as Spark takes them. */
public final class TableSchema {

  private TableSchema() {}

  /**
   * All columns in order, nullable, each with its meaning as comment.
   *
   * @param versionKey of the version in the first column's metadata
   */
  public static StructType of(TableColumn[] columns, String versionKey, int version) {
    StructField[] fields = new StructField[columns.length];
    for (int i = 0; i < columns.length; i++) {
      Metadata metadata =
          i == 0 ? new MetadataBuilder().putLong(versionKey, version).build() : Metadata.empty();
      DataType type = type(columns[i].sqlType());
      fields[i] =
          new StructField(columns[i].columnName(), type, true, metadata)
              .withComment(columns[i].meaning());
    }
    return new StructType(fields);
  }

  /** A session may take the word {@code timestamp} for a time without zone. */
  private static DataType type(String sqlType) {
    return sqlType.equals("timestamp") ? DataTypes.TimestampType : DataType.fromDDL(sqlType);
  }
}
