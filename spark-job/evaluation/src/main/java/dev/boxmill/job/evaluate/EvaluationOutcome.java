package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.OracleVariant.BoxSource;
import java.util.List;

/**
 * What an evaluation found.
 *
 * @param detections where they were read
 * @param facts sentences on what was matched, and how
 * @param places after the refiners, then before where that is known
 */
record EvaluationOutcome(
    EvaluationRequest request,
    String detections,
    GroundTruth truth,
    List<String> facts,
    List<BoxSource> places,
    Oracle oracle,
    OracleResults results) {

  EvaluationOutcome {
    facts = List.copyOf(facts);
    places = List.copyOf(places);
  }

  /** The detections as they are. */
  Evaluation main() {
    return at(OracleVariant.raw(BoxSource.REFINED));
  }

  Evaluation at(OracleVariant variant) {
    return results.evaluations().get(variant);
  }

  boolean knowsBefore() {
    return places.contains(BoxSource.DETECTOR);
  }

  /** In the order of time. */
  List<BoxSource> placesInTime() {
    return knowsBefore() ? List.of(BoxSource.DETECTOR, BoxSource.REFINED) : places;
  }
}
