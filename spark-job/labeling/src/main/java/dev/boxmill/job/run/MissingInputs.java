package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.substring_index;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.schemas.LabelColumn;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows of images that a run's inputs hold no more: they stay, and the user is told. */
final class MissingInputs {

  private MissingInputs() {}

  /**
   * How many there are.
   *
   * @param inputs of this run
   * @param labeled the files of all committed chunks
   * @param table their rows
   */
  static long count(SortedFiles inputs, SortedFiles labeled, Dataset<Row> table) {
    long rows = 0;
    List<String> uncounted = new ArrayList<>();
    try (SortedFiles missing = labeled.without(inputs)) {
      for (ListedFile file : missing) {
        rows += file.images().orElse(0);
        if (file.images().isEmpty()) {
          uncounted.add(file.uri());
        }
      }
    }
    return uncounted.isEmpty() ? rows : rows + table.where(isOf(uncounted)).count();
  }

  private static Column isOf(List<String> holders) {
    Column uri = col(LabelColumn.IMAGE_URI.columnName());
    return substring_index(uri, "!/", 1).isin(holders.toArray());
  }
}
