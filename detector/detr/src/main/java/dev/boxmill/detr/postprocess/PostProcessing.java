package dev.boxmill.detr.postprocess;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How a detector's logits become scored detections.
 *
 * @param rule what a score is
 * @param limit detections of an image at most, the best first
 * @param classScore the score that a class must have once the query's best class has the least
 *     score that is asked for; empty: that least score again
 */
public record PostProcessing(Rule rule, int limit, OptionalDouble classScore) {

  /** Score first; equal scores by query, then by class, so that the order never depends on luck. */
  private static final Comparator<Detection> BEST_FIRST =
      Detection.BY_DESCENDING_SCORE
          .thenComparingInt(Detection::query)
          .thenComparingInt(Detection::labelId);

  /** What a score is. */
  public enum Rule {
    /**
     * A query is one object at most: softmax over its classes, of which the last means "no object";
     * the best of the others counts (DETR).
     */
    SOFTMAX,
    /**
     * Every pair of query and class may be an object: its logit's sigmoid (all later detectors).
     */
    SIGMOID
  }

  public PostProcessing {
    if (limit < 1) {
      throw new IllegalArgumentException("Invalid limit: " + limit + " (must be positive)");
    }
  }

  public PostProcessing(Rule rule, int limit) {
    this(rule, limit, OptionalDouble.empty());
  }

  /** One detection per query at most. */
  public static PostProcessing softmax(int queries) {
    return new PostProcessing(Rule.SOFTMAX, queries);
  }

  /** The best k pairs of query and class. */
  public static PostProcessing sigmoidTopK(int k) {
    return new PostProcessing(Rule.SIGMOID, k);
  }

  /** The same with another limit. */
  public PostProcessing withLimit(int changed) {
    return new PostProcessing(rule, changed, classScore);
  }

  /**
   * The same with a score of their own for the classes of a query: a lower one also gives the box
   * of a sure class to others that its query thinks of, a higher one leaves only sure classes.
   */
  public PostProcessing withClassScore(double changed) {
    return new PostProcessing(rule, limit, OptionalDouble.of(changed));
  }

  /**
   * Detections of one image of a batch, by descending score.
   *
   * @param logits (B, queries, classes), row-major
   * @param boxes (B, queries, 4), cxcywh relative to the image
   * @param queries of each image
   * @param image its index in the batch
   * @param minScore only detections with a higher score are returned
   * @throws IllegalArgumentException if the arrays don't have such shapes
   * @throws ArithmeticException if a logit or box that counts is not finite
   */
  public List<Detection> detections(
      float[] logits, float[] boxes, int queries, int image, float minScore) {
    int batch = boxes.length / (4 * queries);
    int classes = batch == 0 ? 0 : logits.length / (batch * queries);
    if (boxes.length != 4 * batch * queries || logits.length != batch * queries * classes) {
      throw new IllegalArgumentException(
          "Invalid results: %d logits, %d box values (must be B x %d x C and B x %d x 4)"
              .formatted(logits.length, boxes.length, queries, queries));
    }
    if (image < 0 || image >= batch) {
      throw new IllegalArgumentException(
          "Invalid image: " + image + " (must be from 0 to " + (batch - 1) + ")");
    }
    Scores scores = new Scores(logits, image * queries, queries, classes);
    return scores.above(minScore, classScore, rule).stream()
        .map(score -> detection(score, boxes, image * queries))
        .sorted(BEST_FIRST)
        .limit(limit)
        .toList();
  }

  private static Detection detection(Scores.Scored scored, float[] boxes, int firstQuery) {
    int at = 4 * (firstQuery + scored.query());
    float[] box = {boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]};
    if (!Float.isFinite(box[0] + box[1] + box[2] + box[3])) {
      throw Scores.notFinite("box of query " + scored.query());
    }
    return Detection.of(
        scored.query(), scored.labelId(), scored.score(), new Box(box[0], box[1], box[2], box[3]));
  }
}
