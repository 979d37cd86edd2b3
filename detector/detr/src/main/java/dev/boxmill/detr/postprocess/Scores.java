package dev.boxmill.detr.postprocess;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** One image's logits, read as scores. */
final class Scores {
  private final float[] logits;
  private final int firstQuery;
  private final int queries;
  private final int classes;

  Scores(float[] logits, int firstQuery, int queries, int classes) {
    this.logits = logits;
    this.firstQuery = firstQuery;
    this.queries = queries;
    this.classes = classes;
  }

  record Scored(int query, int labelId, float score) {}

  /**
   * What scores higher than {@code minScore}, by query and class.
   *
   * @param classScore what a class must score instead, where its query's best scores higher than
   *     {@code minScore}
   */
  List<Scored> above(float minScore, OptionalDouble classScore, PostProcessing.Rule rule) {
    List<Scored> found = new ArrayList<>();
    for (int query = 0; query < queries; query++) {
      switch (rule) {
        case SOFTMAX -> addBest(query, minScore, found);
        case SIGMOID -> addAll(query, minScore, classScore, found);
      }
    }
    return found;
  }

  /** The best class but the last, the first of equals. */
  private void addBest(int query, float minScore, List<Scored> found) {
    int best = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < classes; label++) {
      largest = Math.max(largest, logit(query, label));
      if (label < classes - 1 && logit(query, label) > logit(query, best)) {
        best = label;
      }
    }
    double sum = 0;
    for (int label = 0; label < classes; label++) {
      sum += Math.exp(logit(query, label) - largest);
    }
    float score = (float) (Math.exp(logit(query, best) - largest) / sum);
    if (score > minScore) {
      found.add(new Scored(query, best, score));
    }
  }

  private void addAll(int query, float minScore, OptionalDouble classScore, List<Scored> found) {
    if (classScore.isPresent() && bestScore(query) <= minScore) {
      return;
    }
    double least = classScore.orElse(minScore);
    for (int label = 0; label < classes; label++) {
      float score = score(query, label);
      if (score > least) {
        found.add(new Scored(query, label, score));
      }
    }
  }

  private float bestScore(int query) {
    float best = 0;
    for (int label = 0; label < classes; label++) {
      best = Math.max(best, score(query, label));
    }
    return best;
  }

  private float score(int query, int label) {
    return (float) (1 / (1 + Math.exp(-logit(query, label))));
  }

  private double logit(int query, int label) {
    float logit = logits[(firstQuery + query) * classes + label];
    if (!Float.isFinite(logit)) {
      throw notFinite("logit of query " + query + ", class " + label);
    }
    return logit;
  }

  static ArithmeticException notFinite(String what) {
    return new ArithmeticException(
        "Cannot score detections: the "
            + what
            + " is not finite (the network overflowed: run it with precision fp32)");
  }
}
