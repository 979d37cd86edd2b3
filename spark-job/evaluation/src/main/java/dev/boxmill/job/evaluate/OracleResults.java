package dev.boxmill.job.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the variants of one set of labels gave.
 *
 * @param evaluations of each variant, in the order that they were asked for
 * @param objects that a detector could find
 * @param unmatched of them those that the oracle found no detection for
 */
record OracleResults(Map<OracleVariant, Evaluation> evaluations, long objects, long unmatched) {

  /** These, and further variants of the same labels. */
  OracleResults and(OracleResults further) {
    Map<OracleVariant, Evaluation> all = new LinkedHashMap<>(evaluations);
    all.putAll(further.evaluations);
    return new OracleResults(all, objects, unmatched);
  }
}
