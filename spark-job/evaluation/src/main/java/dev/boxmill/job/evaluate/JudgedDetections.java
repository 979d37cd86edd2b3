package dev.boxmill.job.evaluate;

/** Those detections of an image that count: right or wrong, not ignored. */
final class JudgedDetections {

  private JudgedDetections() {}

  /** Takes one. */
  @FunctionalInterface
  interface Receiver {

    /**
     * Takes a detection.
     *
     * @param category index of its category
     * @param overlap 1 or 0, or an IoU with the object that it found; 0 if it found none
     */
    void take(int category, double score, double overlap);
  }

  /** Hands over whether each is right at IoU 0.5, by category and then by descending score. */
  static void right(ImageMatches image, Receiver receiver) {
    for (int entry = 0; entry < image.categoryCount(); entry++) {
      for (int d = image.start(entry); d < image.end(entry); d++) {
        int outcome = image.outcome(d, AreaRange.ALL.ordinal());
        boolean found = MatchBits.isFound(outcome, Grid.IOU_50);
        if (found || MatchBits.isMissed(outcome, Grid.IOU_50)) {
          receiver.take(image.categoryOf(entry), image.score(d), found ? 1 : 0);
        }
      }
    }
  }

  /** Hands over how well each lies, at the matcher's locating IoU, in the same order. */
  static void located(ImageMatches image, Receiver receiver) {
    for (int entry = 0; entry < image.categoryCount(); entry++) {
      for (int d = image.start(entry); d < image.end(entry); d++) {
        if (image.overlap(d) != ImageMatches.IGNORED) {
          receiver.take(image.categoryOf(entry), image.score(d), image.overlap(d));
        }
      }
    }
  }
}
