package dev.boxmill.detr.postprocess;

import dev.boxmill.detr.postprocess.PostProcessing.Rule;
import dev.boxmill.schemas.Box;

/**
 * Everything that the queries of a batch predict, before any choice: what a matcher reads. Queries
 * are those of each image.
 */
public final class Predictions {
  private final Rule rule;
  private final float[] logits;
  private final float[] boxes;
  private final int queries;
  private final int classes;

  /**
   * Of a network's results.
   *
   * @param logits (images, queries, classes), row-major; with softmax the last class is "no object"
   * @param boxes (images, queries, 4), cxcywh relative to the image
   */
  public Predictions(Rule rule, float[] logits, float[] boxes, int images) {
    this.rule = rule;
    this.logits = logits;
    this.boxes = boxes;
    this.queries = boxes.length / (4 * images);
    this.classes = logits.length / (images * queries);
  }

  public Rule rule() {
    return rule;
  }

  /** Queries of each image. */
  public int queries() {
    return queries;
  }

  /** Where a query puts its object. */
  public Box box(int image, int query) {
    return Box.at(boxes, 4 * (image * queries + query));
  }

  /** A query's score for a class, from 0 to 1. */
  public float score(int image, int query, int label) {
    int first = (image * queries + query) * classes;
    if (rule == Rule.SIGMOID) {
      return (float) (1 / (1 + Math.exp(-logits[first + label])));
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int other = 0; other < classes; other++) {
      largest = Math.max(largest, logits[first + other]);
    }
    double sum = 0;
    for (int other = 0; other < classes; other++) {
      sum += Math.exp(logits[first + other] - largest);
    }
    return (float) (Math.exp(logits[first + label] - largest) / sum);
  }
}
