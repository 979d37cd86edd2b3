package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One image, matched in each variant.
 *
 * @param image its position in the ground truth
 * @param matches of each variant
 * @param unmatched objects that the oracle found no detection for
 */
record MatchedImage(int image, List<ImageMatches> matches, int unmatched) implements Serializable {

  static MatchedImage of(
      int image,
      ImageTruth truth,
      ImageLabels labels,
      List<OracleVariant> variants,
      Oracle oracle,
      ImageMatcher matcher) {
    List<ImageMatches> matches = new ArrayList<>();
    for (OracleVariant variant : variants) {
      matches.add(matcher.match(truth, oracle.read(variant, truth, labels)));
    }
    return new MatchedImage(image, matches, Oracle.unmatched(truth, labels));
  }

  /**
   * Sums all images of the ground truth.
   *
   * @param images in its order
   */
  static OracleResults sum(
      EvaluationStyle style,
      GroundTruth truth,
      List<OracleVariant> variants,
      List<MatchedImage> images) {
    Map<OracleVariant, Evaluation> evaluations = new LinkedHashMap<>();
    for (int i = 0; i < variants.size(); i++) {
      int index = i;
      List<ImageMatches> matches = images.stream().map(one -> one.matches.get(index)).toList();
      evaluations.put(variants.get(i), Evaluation.of(style, truth.categories(), matches));
    }
    long objects =
        truth.images().stream().mapToLong(image -> Oracle.findable(image.truth()).size()).sum();
    long unmatched = images.stream().mapToLong(MatchedImage::unmatched).sum();
    return new OracleResults(evaluations, objects, unmatched);
  }
}
