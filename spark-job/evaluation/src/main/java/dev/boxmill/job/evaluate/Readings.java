package dev.boxmill.job.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the readings of one set of labels gave.
 *
 * @param evaluations of each reading, in the order that they were asked for
 * @param objects that a detector could find
 * @param unmatched of them those that the oracle found no detection for
 */
record Readings(Map<Reading, Evaluation> evaluations, long objects, long unmatched) {

  /** These, and further readings of the same labels. */
  Readings and(Readings further) {
    Map<Reading, Evaluation> all = new LinkedHashMap<>(evaluations);
    all.putAll(further.evaluations);
    return new Readings(all, objects, unmatched);
  }
}
