package dev.boxmill.job.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import dev.boxmill.schemas.LabelColumn;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What a written label table holds.
 *
 * @param rows all rows
 * @param images distinct {@code image_uri}s; equals {@code rows} in a sound table
 * @param ok rows with labels
 * @param failures rows without, by error category
 * @param boxes over all rows
 */
public record TableTotals(long rows, long images, long ok, Map<String, Long> failures, long boxes) {

  public TableTotals {
    failures = new TreeMap<>(failures);
  }

  /** Reads the totals from the table itself. */
  public static TableTotals of(Dataset<Row> table) {
    Map<String, Long> failures = new TreeMap<>();
    long ok = 0;
    long boxes = 0;
    for (Row group : byStatus(table)) {
      boxes += group.isNullAt(3) ? 0 : group.getLong(3);
      if (group.getString(0).equals(LabelRows.OK)) {
        ok += group.getLong(2);
      } else {
        failures.merge(String.valueOf(group.get(1)), group.getLong(2), Long::sum);
      }
    }
    long failed = failures.values().stream().mapToLong(Long::longValue).sum();
    return new TableTotals(ok + failed, distinctImages(table), ok, failures, boxes);
  }

  public long failed() {
    return rows - ok;
  }

  /** Share of failed rows, 0 to 1. */
  public double failureRate() {
    return rows == 0 ? 0 : (double) failed() / rows;
  }

  private static java.util.List<Row> byStatus(Dataset<Row> table) {
    return table
        .groupBy(LabelColumn.STATUS.columnName(), LabelColumn.ERROR_CATEGORY.columnName())
        .agg(functions.count(lit(1)), sum(col(LabelColumn.BOX_COUNT.columnName())))
        .collectAsList();
  }

  private static long distinctImages(Dataset<Row> table) {
    return table.agg(count_distinct(col(LabelColumn.IMAGE_URI.columnName()))).first().getLong(0);
  }
}
