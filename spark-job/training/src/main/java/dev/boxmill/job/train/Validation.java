package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.Evaluation;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageDetections;
import dev.boxmill.job.evaluate.ImageMatcher;
import dev.boxmill.job.evaluate.ImageMatches;
import dev.boxmill.job.evaluate.ImageTruth;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
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

  /**
   * Matches what was found on an image with its annotations.
   *
   * @param index of the image in the ground truth
   * @param where which of a detection's boxes counts
   */
  ImageMatches match(
      int index, ImageSize size, List<Detection> found, Function<Detection, Box> where) {
    ImageDetections detections = new ImageDetections(found.size());
    for (Detection one : found) {
      Corners corners = where.apply(one).corners(size);
      detections.add(
          categoryOfLabel.getOrDefault(one.labelId(), ImageDetections.UNKNOWN),
          one.score(),
          corners.xMin(),
          corners.yMin(),
          corners.xMax() - corners.xMin(),
          corners.yMax() - corners.yMin());
    }
    return new ImageMatcher(EvaluationStyle.COCO).match(truths.get(index), detections);
  }

  /**
   * COCO's AP.
   *
   * @param images all held-out ones
   * @param which of the two sets of boxes
   */
  static double ap(
      List<ValidatedImage> images,
      List<TruthCategory> categories,
      Function<ValidatedImage, ImageMatches> which) {
    List<ImageMatches> matches =
        images.stream().sorted(Comparator.comparingInt(ValidatedImage::truth)).map(which).toList();
    return Evaluation.of(EvaluationStyle.COCO, categories, matches).numbers().get("AP");
  }
}
