package dev.boxmill.job.evaluate;

import java.util.List;

/**
 * Precision and recall of one category over all images. Values of an area range without objects are
 * undefined: see {@link #isPresent}.
 */
final class CategoryCurves {

  /** Keeps precision below 1 by a rounding error, as numpy.spacing(1) does in both packages. */
  private static final double EPSILON = Math.ulp(1.0);

  /** The detections and objects of this category in one image. */
  record Entry(ImageMatches image, int index) {}

  private final int[] objects = new int[AreaRange.COUNT];
  private final double[][][] precision =
      new double[AreaRange.COUNT][Grid.THRESHOLD_COUNT][Grid.RECALL_COUNT];
  private final double[][] scores = new double[Grid.THRESHOLD_COUNT][Grid.RECALL_COUNT];
  private final double[][][] recall;

  private CategoryCurves(int limits) {
    recall = new double[AreaRange.COUNT][limits][Grid.THRESHOLD_COUNT];
  }

  /** Sums entries, in the order of the images. */
  static CategoryCurves of(EvaluationStyle style, List<Entry> entries) {
    CategoryCurves curves = new CategoryCurves(style.limits().size());
    Detections detections = Detections.of(entries, curves.objects);
    for (AreaRange range : AreaRange.values()) {
      if (curves.isPresent(range)) {
        curves.add(detections, range, style.limits());
      }
    }
    return curves;
  }

  boolean isPresent(AreaRange range) {
    return objects[range.ordinal()] > 0;
  }

  /** Objects that count. */
  int objects(AreaRange range) {
    return objects[range.ordinal()];
  }

  /** Precision at a point of {@link Grid}, with as many detections as the style allows. */
  double precision(AreaRange range, int threshold, int recallPoint) {
    return precision[range.ordinal()][threshold][recallPoint];
  }

  /** The score at which that recall is reached, over all areas; 0 if it is not. */
  double score(int threshold, int recallPoint) {
    return scores[threshold][recallPoint];
  }

  /** Share of objects found with the style's limit of that index. */
  double recall(AreaRange range, int limit, int threshold) {
    return recall[range.ordinal()][limit][threshold];
  }

  private void add(Detections detections, AreaRange range, List<Integer> limits) {
    int area = range.ordinal();
    for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
      for (int limit = 0; limit < limits.size(); limit++) {
        double found = detections.found(area, threshold, limits.get(limit));
        recall[area][limit][threshold] = found / objects[area];
      }
      addPrecision(detections, range, threshold);
    }
  }

  private void addPrecision(Detections detections, AreaRange range, int threshold) {
    int area = range.ordinal();
    int size = detections.order.length;
    double[] recallThere = new double[size];
    double[] precisionThere = new double[size];
    double found = 0;
    double missed = 0;
    for (int i = 0; i < size; i++) {
      int outcome = detections.outcome(detections.order[i], area);
      found += Outcome.isFound(outcome, threshold) ? 1 : 0;
      missed += Outcome.isMissed(outcome, threshold) ? 1 : 0;
      recallThere[i] = found / objects[area];
      precisionThere[i] = found / (missed + found + EPSILON);
    }
    for (int i = size - 1; i > 0; i--) {
      precisionThere[i - 1] = Math.max(precisionThere[i - 1], precisionThere[i]);
    }
    int i = 0;
    for (int point = 0; point < Grid.RECALL_COUNT; point++) {
      while (i < size && recallThere[i] < Grid.recall(point)) {
        i++;
      }
      if (i == size) {
        return;
      }
      precision[area][threshold][point] = precisionThere[i];
      if (range == AreaRange.ALL) {
        scores[threshold][point] = detections.scores[detections.order[i]];
      }
    }
  }

  /** All detections of the category, image after image, and their order by score. */
  private static final class Detections {
    private final double[] scores;
    private final int[] outcomes;
    private final int[] ranks;
    private final int[] order;

    private Detections(double[] scores, int[] outcomes, int[] ranks) {
      this.scores = scores;
      this.outcomes = outcomes;
      this.ranks = ranks;
      this.order = StableOrder.of(scores.length, d -> true, (a, b) -> scores[a] > scores[b]);
    }

    static Detections of(List<Entry> entries, int[] objects) {
      int size = 0;
      for (Entry entry : entries) {
        size += entry.image.end(entry.index) - entry.image.start(entry.index);
      }
      double[] scores = new double[size];
      int[] outcomes = new int[size * AreaRange.COUNT];
      int[] ranks = new int[size];
      int at = 0;
      for (Entry entry : entries) {
        int start = entry.image.start(entry.index);
        for (int d = start; d < entry.image.end(entry.index); d++) {
          scores[at] = entry.image.score(d);
          ranks[at] = d - start;
          for (int area = 0; area < AreaRange.COUNT; area++) {
            outcomes[at * AreaRange.COUNT + area] = entry.image.outcome(d, area);
          }
          at++;
        }
        for (int area = 0; area < AreaRange.COUNT; area++) {
          objects[area] += entry.image.objects(entry.index, area);
        }
      }
      return new Detections(scores, outcomes, ranks);
    }

    int outcome(int detection, int area) {
      return outcomes[detection * AreaRange.COUNT + area];
    }

    int found(int area, int threshold, int limit) {
      int found = 0;
      for (int d = 0; d < scores.length; d++) {
        found += ranks[d] < limit && Outcome.isFound(outcome(d, area), threshold) ? 1 : 0;
      }
      return found;
    }
  }
}
