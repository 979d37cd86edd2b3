package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.JudgedBoxes;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.table.TableProvenance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** From a label table and annotations to curves that make its scores probabilities. */
public final class CalibrationRun {

  private static final String CALIBRATED = "calibrate:";

  private CalibrationRun() {}

  /**
   * Matches the table's boxes with the annotations, on Spark, and fits a curve for each class.
   *
   * @throws BadInputException if a file can't be read, they do not fit, or they hold too few boxes
   */
  public static CalibrationReport of(CalibrationRequest request, SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    EvaluationRequest evaluation = request.evaluation();
    GroundTruth truth =
        GroundTruthFile.read(evaluation.groundTruth(), evaluation.style(), () -> hadoop);
    LabelTableImages images =
        LabelTableImages.of(evaluation, truth, TableCheck.open(spark, request.labels()));
    TableProvenance made = made(request.labels(), hadoop);
    List<ImageMatches> matches =
        images.matches(new Oracle(ClassRule.FOCAL, 0, truth.categories().size()));
    List<JudgedBoxes> boxes = judged(matches, truth.categories().size());
    int found = boxes.stream().mapToInt(JudgedBoxes::size).sum();
    if (found < request.leastBoxes()) {
      throw refusal(
          request.labels(),
          "it has " + found + " boxes that can be judged",
          "must be at least "
              + request.leastBoxes()
              + ": annotate more images, or lower --least-boxes");
    }
    if (boxes.stream().allMatch(category -> category.right() == 0)) {
      throw refusal(
          request.labels(),
          "none of its " + found + " boxes is on an object of its class",
          "give annotations that hold the objects of these images");
    }
    ClassCurves curves =
        ClassCurves.fit(boxes, image -> true, request.method(), request.leastBoxes()).orElseThrow();
    return new CalibrationReport(
        request,
        truth,
        images,
        made,
        boxes,
        curves,
        HeldOutErrors.of(boxes, annotated(matches)::contains, request));
  }

  private static TableProvenance made(String labels, Configuration hadoop) {
    TableProvenance made =
        TableProvenance.recorded(labels, hadoop)
            .filter(record -> record.settings().containsKey(TableProvenance.DETECTOR))
            .orElseThrow(
                () ->
                    refusal(
                        labels,
                        "nothing in it says which detector made it",
                        "give the folder that 'label --output' wrote, whole"));
    if (made.refiners().contains(CALIBRATED)) {
      throw refusal(
          labels,
          "its scores are calibrated already, by " + made.refiners(),
          "give labels that were made without that refiner");
    }
    return made;
  }

  private static List<JudgedBoxes> judged(List<ImageMatches> images, int categories) {
    List<JudgedBoxes> boxes = new ArrayList<>();
    for (int category = 0; category < categories; category++) {
      boxes.add(new JudgedBoxes());
    }
    for (int i = 0; i < images.size(); i++) {
      int image = i;
      JudgedDetections.located(
          images.get(i),
          (category, score, overlap) -> boxes.get(category).add(score, overlap, image));
    }
    return boxes;
  }

  /** Categories that have an object. */
  private static Set<Integer> annotated(List<ImageMatches> images) {
    Set<Integer> annotated = new HashSet<>();
    for (ImageMatches image : images) {
      for (int entry = 0; entry < image.categoryCount(); entry++) {
        if (image.objects(entry, AreaRange.ALL.ordinal()) > 0) {
          annotated.add(image.categoryOf(entry));
        }
      }
    }
    return annotated;
  }

  private static BadInputException refusal(String labels, String reason, String remedy) {
    return new BadInputException(
        "Cannot calibrate labels " + labels + ": " + reason + " (" + remedy + ")");
  }
}
