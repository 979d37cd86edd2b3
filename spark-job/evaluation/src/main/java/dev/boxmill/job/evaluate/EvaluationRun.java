package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.Reasons;
import dev.boxmill.job.evaluate.Reading.Place;
import dev.boxmill.job.evaluate.Reading.Truth;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.LabelTable;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

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
    Dataset<Row> table = table(labels, spark, hadoop);
    return report(request, labels, truth, LabelTableImages.of(request.style(), truth, table));
  }

  /**
   * Evaluates a COCO result file in this process.
   *
   * @throws BadInputException if a file can't be read or they do not fit
   */
  public static EvaluationReport ofResults(
      EvaluationRequest request, String results, Supplier<Configuration> hadoop) {
    GroundTruth truth = GroundTruthFile.read(request.groundTruth(), request.style(), hadoop);
    return report(
        request, results, truth, ResultImages.read(results, request.style(), truth, hadoop));
  }

  private static EvaluationReport report(
      EvaluationRequest request, String detections, GroundTruth truth, LabelledImages images) {
    List<Place> places =
        images.refined() ? List.of(Place.REFINED, Place.DETECTOR) : List.of(Place.REFINED);
    Truth asked = request.oracle().map(EvaluationRequest.OracleTruth::truth).orElse(Truth.RAW);
    if (asked != Truth.RAW) {
      requireSizes(truth);
    }
    Oracle oracle = new Oracle(images.likelyRule(), images.leastScore(), truth.categories().size());
    Readings readings = images.read(OracleTable.readings(asked, places, oracle.rule()), oracle);
    return new EvaluationReport(
        new EvaluationOutcome(
            request, detections, truth, images.facts(), places, oracle, readings));
  }

  private static void requireSizes(GroundTruth truth) {
    for (TruthImage image : truth.images()) {
      if (image.truth().width() < 1 || image.truth().height() < 1) {
        throw new BadInputException(
            "Cannot match boxes as the detector does: image "
                + image.id()
                + " has no width and height (add them to the ground truth)");
      }
    }
  }

  private static Dataset<Row> table(String labels, SparkSession spark, Configuration hadoop) {
    try {
      Path path = Locations.absolute(labels, hadoop);
      if (!path.getFileSystem(hadoop).exists(path)) {
        throw refusal(labels, "it does not exist", null);
      }
      StructType found = spark.read().parquet(Locations.literal(path)).schema();
      for (LabelColumn column : LabelColumn.values()) {
        if (!List.of(found.fieldNames()).contains(column.columnName())) {
          throw refusal(labels, "it has no column " + column.columnName(), null);
        }
      }
      return spark.read().schema(LabelTable.schema()).parquet(Locations.literal(path));
    } catch (IOException failure) {
      throw refusal(labels, Reasons.of(failure), failure);
    } catch (BadInputException refused) {
      throw refused;
    } catch (Exception failure) {
      String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
      throw refusal(labels, message, failure);
    }
  }

  private static BadInputException refusal(String labels, String reason, Exception cause) {
    return new BadInputException(
        "Cannot read labels " + labels + ": " + reason + " (give a folder that label wrote)",
        cause);
  }
}
