package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.Reading.Place;
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
    List<Place> places,
    Oracle oracle,
    Readings readings) {

  EvaluationOutcome {
    facts = List.copyOf(facts);
    places = List.copyOf(places);
  }

  /** The detections as they are. */
  Evaluation main() {
    return at(Reading.raw(Place.REFINED));
  }

  Evaluation at(Reading reading) {
    return readings.evaluations().get(reading);
  }

  boolean knowsBefore() {
    return places.contains(Place.DETECTOR);
  }

  /** In the order of time. */
  List<Place> placesInTime() {
    return knowsBefore() ? List.of(Place.DETECTOR, Place.REFINED) : places;
  }
}
