package dev.boxmill.job.fuse;

import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.schemas.LabelColumn;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * A table to fuse.
 *
 * @param labels as the user named it
 * @param rows all of it
 * @param classes numbers by name
 * @param made the detector and the refiners, with the fingerprint of what decided its labels
 */
record SourceTable(String labels, Dataset<Row> rows, Map<String, Integer> classes, Maker made) {

  /** What made a table. */
  record Maker(String model, String refiners, String fingerprint) {

    @Override
    public String toString() {
      return refiners.isEmpty() ? model : model + " with " + refiners;
    }
  }

  /**
   * Opens it.
   *
   * @throws dev.boxmill.job.error.BadInputException if there is no label table
   */
  static SourceTable open(String labels, SparkSession spark) {
    Dataset<Row> rows = TableCheck.open(spark, labels);
    Map<String, Integer> recorded = new TreeMap<>();
    TableProvenance.recordedClassNames(labels, spark.sparkContext().hadoopConfiguration())
        .orElse(Map.of())
        .forEach((id, name) -> recorded.putIfAbsent(name, id));
    return new SourceTable(labels, rows, recorded.isEmpty() ? found(rows) : recorded, maker(rows));
  }

  /** Classes that have boxes, where no run recorded all. */
  private static Map<String, Integer> found(Dataset<Row> rows) {
    Map<String, Integer> classes = new TreeMap<>();
    rows.select(functions.explode(functions.col(LabelColumn.BOXES.columnName())).as("box"))
        .groupBy("box.label")
        .agg(functions.min("box.label_id"))
        .collectAsList()
        .forEach(row -> classes.put(row.getString(0), row.getInt(1)));
    return classes;
  }

  /** One run makes all rows of a table alike. */
  private static Maker maker(Dataset<Row> rows) {
    return rows
        .select(
            LabelColumn.MODEL.columnName(),
            LabelColumn.REFINERS.columnName(),
            LabelColumn.FINGERPRINT.columnName())
        .limit(1)
        .collectAsList()
        .stream()
        .findFirst()
        .map(row -> new Maker(text(row, 0), text(row, 1), text(row, 2)))
        .orElse(new Maker("unknown", "", ""));
  }

  private static String text(Row row, int column) {
    return row.isNullAt(column) ? "" : row.getString(column);
  }
}
