package dev.boxmill.job.export;

import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.boxmill.job.export.ExportCategories.Label;
import dev.boxmill.job.table.LabelRows;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The labelled rows of a table, for one pass on the driver.
 *
 * @param labelled rows with status ok
 * @param facts of the whole table
 */
record ExportSource(Dataset<Row> labelled, Facts facts) {

  /** About 50 bytes each: what the driver holds at a time stays under some tens of megabytes. */
  private static final long BOXES_AT_A_TIME = 400_000;

  private static final long IMAGES_AT_A_TIME = 50_000;

  /** Parquet files are read column by column: the detector's own boxes stay there. */
  private static final String[] BOX = {
    "label_id", "label", "score", "x_min", "y_min", "x_max", "y_max"
  };

  /**
   * Counts over the table.
   *
   * @param least the first address of a labelled image; empty if there is none, as {@code greatest}
   */
  record Facts(
      long images, long failed, long boxes, String least, String greatest, List<Label> labels) {}

  static ExportSource of(Dataset<Row> table) {
    Column ok = col("status").equalTo(LabelRows.OK);
    Column uri = when(ok, col("image_uri"));
    Row counts =
        table
            .agg(
                count(uri),
                count(lit(1)),
                coalesce(sum(when(ok, col("box_count"))), lit(0)).cast("long"),
                coalesce(min(uri), lit("")),
                coalesce(max(uri), lit("")))
            .first();
    Dataset<Row> labelled = table.filter(ok);
    Facts facts =
        new Facts(
            counts.getLong(0),
            counts.getLong(1) - counts.getLong(0),
            counts.getLong(2),
            counts.getString(3),
            counts.getString(4),
            labels(labelled));
    return new ExportSource(labelled, facts);
  }

  private static List<Label> labels(Dataset<Row> labelled) {
    return labelled
        .select(explode(col("boxes")).as("box"))
        .select("box.label_id", "box.label")
        .distinct()
        .collectAsList()
        .stream()
        .map(row -> new Label(row.getInt(0), row.getString(1)))
        .toList();
  }

  /**
   * Rows of image_uri, width, height, boxes, model, refiners, review_priority in the order of their
   * addresses; boxes of label_id, label, score, x_min, y_min, x_max, y_max. Spark sorts them on the
   * executors' disks; the driver holds one slice of them at a time.
   */
  Iterator<Row> rows() {
    long slices = 1 + facts.boxes / BOXES_AT_A_TIME + facts.images / IMAGES_AT_A_TIME;
    return labelled
        .select(
            col("image_uri"),
            col("width"),
            col("height"),
            arrays_zip(Stream.of(BOX).map(name -> col("boxes." + name)).toArray(Column[]::new))
                .as("boxes"),
            col("model"),
            col("refiners"),
            col("review_priority"))
        .repartitionByRange((int) Math.min(slices, Short.MAX_VALUE), col("image_uri"))
        .sortWithinPartitions("image_uri")
        .toLocalIterator();
  }
}
