package dev.boxmill.job.compare;

import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.table.TableCheck;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** From two label tables to a report. */
public final class CompareRun {

  private CompareRun() {}

  /**
   * Compares, distributed over the images.
   *
   * @throws dev.boxmill.job.error.BadInputException if one is no label table, they have no image in
   *     common, or do not fit the ground truth
   */
  public static CompareReport of(CompareRequest request, SparkSession spark) {
    Dataset<Row> before = TableCheck.open(spark, request.before());
    Dataset<Row> after = TableCheck.open(spark, request.after());
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    request
        .truth()
        .ifPresent(
            truth ->
                EvaluationRun.requireClasses(
                    truth.matching(), List.of(request.before(), request.after()), hadoop));
    Comparison comparison = Comparison.of(before, after, request.thresholds(), request.limit());
    return new CompareReport(
        request.thresholds(),
        run(request, request.before(), before, spark),
        run(request, request.after(), after, spark),
        comparison);
  }

  private static Run run(
      CompareRequest request, String labels, Dataset<Row> table, SparkSession spark) {
    Map<String, Double> numbers =
        request.truth().map(truth -> numbers(truth, labels, spark)).orElse(Map.of());
    return new Run(labels, Run.made(table), numbers);
  }

  /** All of a table's boxes count, whatever their scores: precision and recall are about those. */
  private static Map<String, Double> numbers(
      EvaluationRequest truth, String labels, SparkSession spark) {
    return EvaluationRun.ofLabels(truth, labels, spark).numbers();
  }
}
