package dev.boxmill.job.triage;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.DescribedParquet;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** From a label table to a triage table. */
public final class TriageRun {

  static final List<TriageColumn> PARTS =
      List.of(
          TriageColumn.UNCERTAIN_BOXES,
          TriageColumn.MISSED_OBJECTS,
          TriageColumn.NEAR_DUPLICATES,
          TriageColumn.REFINER_DISAGREEMENT,
          TriageColumn.ODD_SIZES);

  private TriageRun() {}

  /**
   * What was written.
   *
   * @param output where it lies
   * @param images rows of the table, failed ones included
   * @param failed images without labels, which come first
   * @param parts expected errors of all images, by the column that holds them
   */
  public record Triaged(String output, long images, long failed, Map<TriageColumn, Double> parts) {

    public double expectedErrors() {
      return parts.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  /**
   * Writes the triage of a table, the most doubtful images first. Its rows stay on the executors.
   * They are written beside the output, and put into its place when they are whole.
   *
   * @param warnings takes what went wrong without harm to the triage
   * @throws dev.boxmill.job.error.BadInputException if there is no label table, or the output must
   *     stay as it is
   */
  public static Triaged write(TriageRequest request, SparkSession spark, Consumer<String> warnings)
      throws IOException {
    Dataset<Row> labels = TableCheck.open(spark, request.labels());
    Path output = TriageFolder.claim(request, spark);
    Path unfinished = FolderSwap.unfinished(output);
    ScoreCalibration calibration = ScoreCalibration.raw(request.threshold());
    rows(labels, new RowTriage(calibration, ClassStatistics.of(labels, calibration)))
        .orderBy(order())
        .write()
        .format(DescribedParquet.class.getName())
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .option(TriageTable.VERSION_KEY, TriageColumn.VERSION)
        .option(TriageTable.THRESHOLD_KEY, request.threshold())
        .save(unfinished.toString());
    FolderSwap.swap(unfinished, output, spark.sparkContext().hadoopConfiguration(), warnings);
    return summary(output, spark);
  }

  /** The most doubtful images first. */
  static Column[] order() {
    return new Column[] {
      col(TriageColumn.REVIEW_PRIORITY.columnName()).desc(),
      col(TriageColumn.EXPECTED_ERRORS.columnName()).desc_nulls_first(),
      col(TriageColumn.IMAGE_URI.columnName())
    };
  }

  private static Dataset<Row> rows(Dataset<Row> labels, RowTriage triage) {
    Column[] columns = RowTriage.COLUMNS.stream().map(functions::col).toArray(Column[]::new);
    JavaRDD<Row> rows = labels.select(columns).javaRDD().map(triage);
    return labels.sparkSession().createDataFrame(rows, TriageTable.schema());
  }

  private static Triaged summary(Path output, SparkSession spark) {
    Column[] sums =
        PARTS.stream()
            .map(part -> coalesce(sum(part.columnName()), lit(0.0)))
            .toArray(Column[]::new);
    Dataset<Row> written = spark.read().parquet(Locations.literal(output));
    Row images =
        written.agg(count(lit(1)), count(TriageColumn.EXPECTED_ERRORS.columnName())).first();
    Row totals = written.agg(lit(0), sums).first();
    Map<TriageColumn, Double> parts = new LinkedHashMap<>();
    PARTS.forEach(part -> parts.put(part, totals.getDouble(1 + parts.size())));
    return new Triaged(
        Locations.uri(output), images.getLong(0), images.getLong(0) - images.getLong(1), parts);
  }
}
