package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.Evaluation;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageDetections;
import dev.boxmill.job.evaluate.ImageMatches;
import dev.boxmill.job.evaluate.ImageTruth;
import dev.boxmill.job.evaluate.TruthCategory;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What held-out images are measured against.
 *
 * @param truths of the held-out images, by their index in the ground truth
 * @param categoryOfLabel index of the category that each of the detector's labels means
 */
record Validation(Map<Integer, ImageTruth> truths, Map<Integer, Integer> categoryOfLabel)
    implements Serializable {

  Validation {
    truths = Map.copyOf(truths);
    categoryOfLabel = Map.copyOf(categoryOfLabel);
  }

  ImageTruth truth(int index) {
    return truths.get(index);
  }

  int category(int label) {
    return categoryOfLabel.getOrDefault(label, ImageDetections.UNKNOWN);
  }

  /**
   * COCO's AP.
   *
   * @param images all held-out ones
   * @param which of the two sets of boxes
   */
  static double ap(
      List<Validated> images,
      List<TruthCategory> categories,
      Function<Validated, ImageMatches> which) {
    List<ImageMatches> matches =
        images.stream().sorted(Comparator.comparingInt(Validated::truth)).map(which).toList();
    return Evaluation.of(EvaluationStyle.COCO, categories, matches).numbers().get("AP");
  }
}
