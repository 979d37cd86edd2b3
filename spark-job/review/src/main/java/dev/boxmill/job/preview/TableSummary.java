package dev.boxmill.job.preview;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Counts over the whole table.
 *
 * @param images rows
 * @param empty labelled rows without a box
 * @param models distinct, sorted; so are {@code refiners} (without the empty one) and {@code
 *     fingerprints}
 * @param failures failed rows per category, most first
 * @param classes boxes per class, most first
 * @param scoreBins boxes per twentieth of the score, from 0 to 1
 * @param meanRefinementIou over all boxes; NaN if there are none
 * @param labelledAt time of the newest row
 */
record TableSummary(
    long images,
    long failed,
    long empty,
    long boxes,
    List<String> models,
    List<String> refiners,
    List<String> fingerprints,
    List<Count> failures,
    List<Count> classes,
    List<Long> scoreBins,
    double meanRefinementIou,
    Optional<Instant> labelledAt) {

  /** Number of bars in the histogram of scores. */
  static final int SCORE_BINS = 20;

  TableSummary {
    models = List.copyOf(models);
    refiners = List.copyOf(refiners);
    fingerprints = List.copyOf(fingerprints);
    failures = List.copyOf(failures);
    classes = List.copyOf(classes);
    scoreBins = List.copyOf(scoreBins);
  }

  long labelled() {
    return images - failed;
  }

  /** Whether any row went through a refiner, so that there are two kinds of boxes to tell apart. */
  boolean refined() {
    return !refiners.isEmpty();
  }

  /** How often something occurs. */
  record Count(String name, long count) {}
}
