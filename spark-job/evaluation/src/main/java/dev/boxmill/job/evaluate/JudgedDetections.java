package dev.boxmill.job.evaluate;

/** Those detections of an image that count at IoU 0.5: right or wrong, not ignored. */
final class JudgedDetections {

  private JudgedDetections() {}

  /** Takes one. */
  @FunctionalInterface
  interface Receiver {

    /**
     * Takes a detection.
     *
     * @param category index of its category
     * @param overlap IoU with the object that it found; 0 if it found none
     */
    void take(int category, double score, double overlap);
  }

  /** Hands them over, by category and then by descending score. */
  static void of(ImageMatches image, Receiver receiver) {
    for (int entry = 0; entry < image.categoryCount(); entry++) {
      for (int d = image.start(entry); d < image.end(entry); d++) {
        int outcome = image.outcome(d, AreaRange.ALL.ordinal());
        if (MatchBits.isFound(outcome, Grid.IOU_50) || MatchBits.isMissed(outcome, Grid.IOU_50)) {
          receiver.take(image.categoryOf(entry), image.score(d), image.overlap(d));
        }
      }
    }
  }
}
