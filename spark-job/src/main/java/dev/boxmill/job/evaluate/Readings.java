package dev.boxmill.job.evaluate;

import java.util.Map;

/**
 * What the readings of one set of labels gave.
 *
 * @param evaluations of each reading, in the order that they were asked for
 * @param objects that a detector could find
 * @param unmatched of them those that the oracle found no detection for
 */
record Readings(Map<Reading, Evaluation> evaluations, long objects, long unmatched) {}
