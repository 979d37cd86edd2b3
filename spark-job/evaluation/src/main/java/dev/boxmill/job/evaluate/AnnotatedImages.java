package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TableCheck;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** The images of a label table that people annotated, with both. */
public final class AnnotatedImages {

  private final GroundTruth truth;
  private final LabelTableImages images;

  private AnnotatedImages(GroundTruth truth, LabelTableImages images) {
    this.truth = truth;
    this.images = images;
  }

  /**
   * Matches images and classes as {@code evaluate} does.
   *
   * @throws BadInputException if a file can't be read or they do not fit
   */
  public static AnnotatedImages of(EvaluationRequest request, String labels, SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    GroundTruth truth = GroundTruthFile.read(request.groundTruth(), request.style(), () -> hadoop);
    return new AnnotatedImages(
        truth, LabelTableImages.of(request, truth, TableCheck.open(spark, labels)));
  }

  public GroundTruth truth() {
    return truth;
  }

  /** Sentences on what was matched, and how. */
  public List<String> facts() {
    return images.facts();
  }

  /** Those that were labeled; failed ones are left out. */
  public JavaRDD<AnnotatedImage> rows() {
    return images.annotated();
  }
}
