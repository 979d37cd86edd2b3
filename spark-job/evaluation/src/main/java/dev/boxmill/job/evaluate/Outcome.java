package dev.boxmill.job.evaluate;

/**
 * What became of a detection at each IoU threshold, in one int: a bit for each threshold at which
 * it found an object, another for each at which it found none. Neither: it does not count.
 */
final class Outcome {

  static final int IGNORED = 0;

  /** No object found at any threshold. */
  static final int MISSED = ((1 << Grid.THRESHOLD_COUNT) - 1) << Grid.THRESHOLD_COUNT;

  private Outcome() {}

  static int found(int threshold) {
    return 1 << threshold;
  }

  static int missed(int threshold) {
    return 1 << (threshold + Grid.THRESHOLD_COUNT);
  }

  static boolean isFound(int outcome, int threshold) {
    return (outcome & found(threshold)) != 0;
  }

  static boolean isMissed(int outcome, int threshold) {
    return (outcome & missed(threshold)) != 0;
  }
}
