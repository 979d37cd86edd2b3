package dev.boxmill.job.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

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

  /** Reads the totals from the table itself, in one pass. */
  public static TableTotals of(Dataset<Row> table) {
    List<Column> sums = new ArrayList<>();
    sums.add(count_distinct(col(LabelColumn.IMAGE_URI.columnName())));
    sums.add(sum(col(LabelColumn.BOX_COUNT.columnName())));
    sums.add(rowsWhere(LabelColumn.STATUS, LabelRows.OK));
    for (ErrorCategory category : ErrorCategory.values()) {
      sums.add(rowsWhere(LabelColumn.ERROR_CATEGORY, category.columnValue()));
    }
    Row found = table.agg(count(lit(1)), sums.toArray(Column[]::new)).first();
    return of(found);
  }

  private static TableTotals of(Row found) {
    Map<String, Long> failures = new TreeMap<>();
    for (ErrorCategory category : ErrorCategory.values()) {
      long failed = found.getLong(4 + category.ordinal());
      if (failed > 0) {
        failures.put(category.columnValue(), failed);
      }
    }
    long boxes = found.isNullAt(2) ? 0 : found.getLong(2);
    return new TableTotals(found.getLong(0), found.getLong(1), found.getLong(3), failures, boxes);
  }

  private static Column rowsWhere(LabelColumn column, String value) {
    return count_if(col(column.columnName()).equalTo(value));
  }

  public long failed() {
    return rows - ok;
  }

  /** Share of failed rows, 0 to 1. */
  public double failureRate() {
    return rows == 0 ? 0 : (double) failed() / rows;
  }
}
