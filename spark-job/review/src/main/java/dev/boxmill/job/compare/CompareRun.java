package dev.boxmill.job.compare;

import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.table.TableCheck;
import java.util.Map;
import java.util.Optional;
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
        request.groundTruth().map(truth -> numbers(truth, labels, spark)).orElse(Map.of());
    return new Run(labels, Run.made(table), numbers);
  }

  /** All of a table's boxes count, whatever their scores: precision and recall are about those. */
  private static Map<String, Double> numbers(String truth, String labels, SparkSession spark) {
    EvaluationRequest request =
        new EvaluationRequest(truth, EvaluationStyle.COCO, Optional.empty());
    return EvaluationRun.ofLabels(request, labels, spark).numbers();
  }
}
