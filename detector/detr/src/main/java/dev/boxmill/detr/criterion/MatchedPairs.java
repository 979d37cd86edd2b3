package dev.boxmill.detr.criterion;

import dev.boxmill.schemas.matching.Assignment;
import dev.boxmill.torchscript.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which predictions of a set stand for which objects, pair by pair: image by image, and of an image
 * by the prediction's number.
 *
 * @param images the image of each pair, its place in the batch
 * @param queries the prediction, its place among those of the image
 * @param objects what it stands for
 */
public record MatchedPairs(
    List<Integer> images, List<Integer> queries, List<TargetObject> objects) {

  public MatchedPairs {
    images = List.copyOf(images);
    queries = List.copyOf(queries);
    objects = List.copyOf(objects);
  }

  /**
   * The assignment of least cost of each image.
   *
   * @param costs "cost.SET.IMAGE" (Q, n) of images with objects
   */
  static MatchedPairs ofLeastCost(
      Map<String, Tensor> costs, String set, List<List<TargetObject>> objects) {
    List<Integer> images = new ArrayList<>();
    List<Integer> queries = new ArrayList<>();
    List<TargetObject> matched = new ArrayList<>();
    for (int image = 0; image < objects.size(); image++) {
      List<TargetObject> ofImage = objects.get(image);
      if (ofImage.isEmpty()) {
        continue;
      }
      int[] objectOf = assign(costs.get("cost." + set + "." + image), set, image);
      for (int query = 0; query < objectOf.length; query++) {
        if (objectOf[query] != Assignment.NONE) {
          images.add(image);
          queries.add(query);
          matched.add(ofImage.get(objectOf[query]));
        }
      }
    }
    return new MatchedPairs(images, queries, matched);
  }

  private static int[] assign(Tensor costs, String set, int image) {
    int rows = Math.toIntExact(costs.shape().get(0));
    int columns = Math.toIntExact(costs.shape().get(1));
    float[] values = costs.floats();
    double[] exact = new double[values.length];
    for (int i = 0; i < exact.length; i++) {
      exact[i] = values[i];
      if (!Float.isFinite(values[i])) {
        throw new DivergedException(
            "Cannot match predictions %s of image %d of the batch: the cost of prediction %d is %s"
                    .formatted(set, image, i / columns, values[i])
                + " (the training has diverged: lower the learning rate)");
      }
    }
    return Assignment.ofLeastCost(exact, rows, columns);
  }
}
