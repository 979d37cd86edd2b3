package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One image, matched in each reading.
 *
 * @param image its position in the ground truth
 * @param matches of each reading
 * @param unmatched objects that the oracle found no detection for
 */
record MatchedImage(int image, List<ImageMatches> matches, int unmatched) implements Serializable {

  static MatchedImage of(
      int image,
      ImageTruth truth,
      ImageLabels labels,
      List<Reading> readings,
      Oracle oracle,
      ImageMatcher matcher) {
    List<ImageMatches> matches = new ArrayList<>();
    for (Reading reading : readings) {
      matches.add(matcher.match(truth, oracle.read(reading, truth, labels)));
    }
    return new MatchedImage(image, matches, Oracle.unmatched(truth, labels));
  }

  /**
   * Sums all images of the ground truth.
   *
   * @param images in its order
   */
  static Readings sum(
      EvaluationStyle style, GroundTruth truth, List<Reading> readings, List<MatchedImage> images) {
    Map<Reading, Evaluation> evaluations = new LinkedHashMap<>();
    for (int i = 0; i < readings.size(); i++) {
      int index = i;
      List<ImageMatches> matches = images.stream().map(one -> one.matches.get(index)).toList();
      evaluations.put(readings.get(i), Evaluation.of(style, truth.categories(), matches));
    }
    long objects =
        truth.images().stream().mapToLong(image -> Oracle.findable(image.truth()).size()).sum();
    long unmatched = images.stream().mapToLong(MatchedImage::unmatched).sum();
    return new Readings(evaluations, objects, unmatched);
  }
}
