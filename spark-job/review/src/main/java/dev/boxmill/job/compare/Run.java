package dev.boxmill.job.compare;

import dev.boxmill.schemas.LabelColumn;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One of the two runs.
 *
 * @param labels its table, as the user named it
 * @param made detector and refiners
 * @param numbers against the ground truth, by name; empty without one
 */
record Run(String labels, String made, Map<String, Double> numbers) {

  private static final int SHOWN = 3;

  /** What made a table's rows, in words. */
  static String made(Dataset<Row> table) {
    TreeSet<String> makers = new TreeSet<>();
    table
        .select(LabelColumn.MODEL.columnName(), LabelColumn.REFINERS.columnName())
        .distinct()
        .limit(SHOWN)
        .collectAsList()
        .forEach(row -> makers.add(maker(row.getString(0), row.getString(1))));
    return String.join(", ", makers);
  }

  private static String maker(String model, String refiners) {
    String detector = model == null || model.isBlank() ? "unknown" : model;
    return refiners == null || refiners.isBlank() ? detector : detector + " with " + refiners;
  }
}
