package dev.boxmill.job.triage;

import dev.boxmill.job.table.TableSchema;
import dev.boxmill.schemas.TriageColumn;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The triage table for Spark, built from {@link TriageColumn}. */
final class TriageTable {

  /** Key of the table's version in the metadata of its first column, and of its files. */
  static final String VERSION_KEY = "boxmill.triage_table_version";

  /** Key of the threshold in the files' metadata. */
  static final String THRESHOLD_KEY = "boxmill.triage_threshold";

  private static final double CERTAIN = 1;

  private TriageTable() {}

  /** All columns in order, nullable, each with its meaning as comment. */
  static StructType schema() {
    return TableSchema.of(TriageColumn.values(), VERSION_KEY, TriageColumn.VERSION);
  }

  static Row row(String imageUri, String status, Doubts doubts) {
    return RowFactory.create(
        imageUri,
        status,
        doubts.reviewPriority(),
        doubts.expectedErrors(),
        doubts.uncertainBoxes(),
        doubts.missedObjects(),
        doubts.nearDuplicates(),
        doubts.refinerDisagreement(),
        doubts.oddSizes());
  }

  /** Nobody has labels of it: that is an error for certain. */
  static Row failed(String imageUri, String status) {
    return RowFactory.create(imageUri, status, CERTAIN, null, null, null, null, null, null);
  }
}
