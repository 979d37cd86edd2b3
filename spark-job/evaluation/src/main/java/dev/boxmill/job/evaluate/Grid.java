package dev.boxmill.job.evaluate;

/**
 * The points at which precision and recall are taken. Computed as numpy's linspace does, since a
 * recall that is a hair off falls on the other side of a point.
 */
final class Grid {

  private static final double[] THRESHOLDS = linspace(0.5, 0.95, 10);
  private static final double[] RECALLS = linspace(0, 1, 101);

  /** How many IoU thresholds there are: 0.5, 0.55 … 0.95. */
  static final int THRESHOLD_COUNT = THRESHOLDS.length;

  /** How many recall points there are: 0, 0.01 … 1. */
  static final int RECALL_COUNT = RECALLS.length;

  /** Index of IoU 0.5. */
  static final int IOU_50 = 0;

  /** Index of IoU 0.75. */
  static final int IOU_75 = 5;

  private Grid() {}

  static double threshold(int index) {
    return THRESHOLDS[index];
  }

  static double recall(int index) {
    return RECALLS[index];
  }

  private static double[] linspace(double first, double last, int count) {
    double step = (last - first) / (count - 1);
    double[] points = new double[count];
    for (int i = 0; i < count - 1; i++) {
      points[i] = i * step + first;
    }
    points[count - 1] = last;
    return points;
  }
}
