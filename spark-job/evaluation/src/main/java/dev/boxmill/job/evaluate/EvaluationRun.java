package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.OracleVariant.BoxSource;
import dev.boxmill.job.evaluate.OracleVariant.Truth;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.table.TableProvenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** From files to a report. */
public final class EvaluationRun {

  private EvaluationRun() {}

  /**
   * Evaluates a label table, distributed over its images.
   *
   * @throws BadInputException if a file can't be read or they do not fit
   */
  public static EvaluationReport ofLabels(
      EvaluationRequest request, String labels, SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    GroundTruth truth = GroundTruthFile.read(request.groundTruth(), request.style(), () -> hadoop);
    Dataset<Row> table = TableCheck.open(spark, labels);
    return report(request, labels, truth, LabelTableImages.of(request, truth, table));
  }

  /**
   * Checks that a class map names classes that one of the tables' detectors has. Of a table that no
   * run recorded, they are not known.
   *
   * @throws BadInputException if it names another one
   */
  public static void requireClasses(
      ClassMatching matching, List<String> tables, Configuration hadoop) {
    List<String> known = new ArrayList<>();
    for (String table : tables) {
      Optional<Map<Integer, String>> recorded = TableProvenance.recordedClassNames(table, hadoop);
      if (recorded.isEmpty()) {
        return;
      }
      known.addAll(recorded.get().values());
    }
    matching.renamed().requireClasses(known);
  }

  /**
   * Evaluates a COCO result file in this process.
   *
   * @throws BadInputException if a file can't be read or they do not fit
   */
  public static EvaluationReport ofResults(
      EvaluationRequest request, String results, Supplier<Configuration> hadoop) {
    GroundTruth truth = GroundTruthFile.read(request.groundTruth(), request.style(), hadoop);
    return report(request, results, truth, ResultImages.read(results, request, truth, hadoop));
  }

  private static EvaluationReport report(
      EvaluationRequest request, String detections, GroundTruth truth, LabeledImages images) {
    List<BoxSource> places =
        images.refined()
            ? List.of(BoxSource.REFINED, BoxSource.DETECTOR)
            : List.of(BoxSource.REFINED);
    Truth asked = request.oracle().map(EvaluationRequest.OracleTruth::truth).orElse(Truth.RAW);
    if (asked != Truth.RAW) {
      requireSizes(truth);
    }
    Oracle oracle = new Oracle(images.likelyRule(), images.leastScore(), truth.categories().size());
    OracleResults results = images.read(OracleTable.variants(asked, places, oracle.rule()), oracle);
    return new EvaluationReport(
        new EvaluationOutcome(request, detections, truth, images.facts(), places, oracle, results));
  }

  private static void requireSizes(GroundTruth truth) {
    for (TruthImage image : truth.images()) {
      if (image.truth().width() < 1 || image.truth().height() < 1) {
        throw new BadInputException(
            "Cannot match boxes as the detector does: image "
                + truth.ids().shown(image.id())
                + " has no width and height (add them to the ground truth)");
      }
    }
  }
}
