package dev.boxmill.job.train;

import dev.boxmill.detr.postprocess.PostProcessing.Rule;
import dev.boxmill.detr.postprocess.Predictions;
import dev.boxmill.job.matching.MatchingCost;
import dev.boxmill.refiners.refinebox.training.MatchedBox;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.matching.Assignment;
import java.util.ArrayList;
import java.util.List;

/** Gives each object its query as the detector's own training did. */
final class BoxMatcher {

  private BoxMatcher() {}

  /**
   * The matched pairs of one image of a batch.
   *
   * @param image its place in the batch
   * @param truths the same image with its objects
   */
  static List<MatchedBox> match(Predictions predictions, int image, AugmentedImage truths) {
    List<GroundTruthBox> objects = truths.image().objects();
    Augmentation augmentation = truths.augmentation();
    MatchingCost rule =
        predictions.rule() == Rule.SOFTMAX ? MatchingCost.SOFTMAX : MatchingCost.FOCAL;
    int queries = predictions.queries();
    double[] cost = new double[objects.size() * queries];
    for (int object = 0; object < objects.size(); object++) {
      GroundTruthBox truth = objects.get(object);
      Box box = truth.in(augmentation);
      for (int query = 0; query < queries; query++) {
        float score = predictions.score(image, query, truth.label());
        cost[object * queries + query] = rule.of(score, predictions.box(image, query), box);
      }
    }
    int[] queryOf = Assignment.ofLeastCost(cost, objects.size(), queries);
    List<MatchedBox> matched = new ArrayList<>();
    for (int object = 0; object < queryOf.length; object++) {
      if (queryOf[object] != Assignment.NONE) {
        Box box = predictions.box(image, queryOf[object]);
        matched.add(new MatchedBox(image, box, objects.get(object).in(augmentation)));
      }
    }
    return matched;
  }
}
