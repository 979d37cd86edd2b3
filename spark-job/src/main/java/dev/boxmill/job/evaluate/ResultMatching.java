package dev.boxmill.job.evaluate;

import java.util.List;
import java.util.stream.IntStream;

/** Matches all images on this machine's cores. */
final class ResultMatching {

  private ResultMatching() {}

  /**
   * Matches and sums.
   *
   * @param detections of each image of the ground truth, in its order
   */
  static Evaluation evaluate(
      EvaluationStyle style, GroundTruth truth, List<ImageDetections> detections) {
    ImageMatcher matcher = new ImageMatcher(style);
    List<ImageMatches> matches =
        IntStream.range(0, detections.size())
            .parallel()
            .mapToObj(i -> matcher.match(truth.images().get(i).truth(), detections.get(i)))
            .toList();
    return Evaluation.of(style, truth.categories(), matches);
  }
}
