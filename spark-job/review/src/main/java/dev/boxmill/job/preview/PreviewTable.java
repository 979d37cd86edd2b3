package dev.boxmill.job.preview;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What a page needs of a label table: counts, a sample, and failures. Only these are collected. */
final class PreviewTable {
  private static final Column FAILED = col("status").notEqual("ok");

  private final Dataset<Row> rows;

  private PreviewTable(Dataset<Row> rows) {
    this.rows = rows;
  }

  static PreviewTable open(SparkSession spark, Path folder) {
    return new PreviewTable(TableCheck.read(spark, folder, List.of(folder)));
  }

  /** Some files of the table only. */
  static PreviewTable open(SparkSession spark, Path folder, FirstFiles files) {
    return new PreviewTable(TableCheck.read(spark, folder, files.paths()));
  }

  TableSummary summary() {
    Column none = when(FAILED, lit(0)).otherwise(when(col("box_count").equalTo(0), lit(1)));
    List<Row> runs =
        rows.groupBy("status", "error_category", "model", "refiners", "fingerprint")
            .agg(
                count(lit(1)).as("images"),
                coalesce(sum(none), lit(0)).cast("long").as("empty"),
                max("labelled_at").as("labelled_at"))
            .collectAsList();
    Column bin = floor(col("box.score").multiply(TableSummary.SCORE_BINS)).cast("int");
    List<Row> boxes =
        rows.select(explode(col("boxes")).as("box"))
            .groupBy(col("box.label").as("label"), bin.as("bin"))
            .agg(count(lit(1)).as("boxes"), sum("box.refinement_iou").as("iou"))
            .collectAsList();
    return Tally.of(runs, boxes);
  }

  /**
   * Labelled images, those with boxes first, in the order of a hash of their addresses: the same
   * for every run and for every order of rows in the files, and no folder is preferred.
   */
  List<SampledImage> sample(int limit) {
    return rows
        .filter(col("status").equalTo("ok"))
        .filter(col("width").gt(0).and(col("height").gt(0)))
        .orderBy(
            col("box_count").gt(0).desc(), xxhash64(col("image_uri")).asc(), col("image_uri").asc())
        .limit(limit)
        .select("image_uri", "width", "height", "boxes")
        .collectAsList()
        .stream()
        .map(PreviewTable::sampled)
        .toList();
  }

  /** Failed images in the order of the same hash. */
  List<FailedImage> failures(int limit) {
    return rows
        .filter(FAILED)
        .orderBy(xxhash64(col("image_uri")).asc(), col("image_uri").asc())
        .limit(limit)
        .select(
            col("image_uri"),
            coalesce(col("error_category"), lit("unknown")),
            coalesce(col("error_message"), lit("")))
        .collectAsList()
        .stream()
        .map(row -> new FailedImage(row.getString(0), row.getString(1), row.getString(2)))
        .toList();
  }

  private static SampledImage sampled(Row row) {
    List<Row> boxes = row.getList(3);
    return new SampledImage(
        row.getString(0),
        new ImageSize(row.getInt(1), row.getInt(2)),
        boxes.stream().map(LabelRows::labelledBox).toList());
  }
}
