package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.Reading.OtherClasses;
import dev.boxmill.job.evaluate.Reading.Place;
import dev.boxmill.job.evaluate.Reading.Truth;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which readings the oracle analysis takes, and what they say. */
final class OracleTable {

  /** Below this difference in AP neither is called the bottleneck. */
  private static final double EVEN = 0.01;

  private OracleTable() {}

  /** The truths that the table shows: raw, then what was asked for; for both, each alone too. */
  static List<Truth> truths(Truth asked) {
    return switch (asked) {
      case RAW -> List.of(Truth.RAW);
      case BOXES, LABELS -> List.of(Truth.RAW, asked);
      case BOTH -> List.of(Truth.RAW, Truth.BOXES, Truth.LABELS, Truth.BOTH);
    };
  }

  /** Both treatments of other classes, where a detection has a score for each. */
  static List<Reading> readings(Truth asked, List<Place> places, ClassRule rule) {
    List<Reading> readings = new ArrayList<>();
    for (Place place : places) {
      for (Truth truth : truths(asked)) {
        readings.add(new Reading(place, truth, OtherClasses.ABSENT));
        if (truth.replacesLabels() && rule == ClassRule.FOCAL) {
          readings.add(new Reading(place, truth, OtherClasses.ZERO_LOGIT));
        }
      }
    }
    return readings;
  }

  /** What a row of the table is called. */
  static String name(Truth truth, OtherClasses others) {
    String what =
        switch (truth) {
          case RAW -> "raw";
          case BOXES -> "true boxes";
          case LABELS -> "true labels";
          case BOTH -> "both true";
        };
    return others == OtherClasses.ZERO_LOGIT ? what + ", others 0" : what;
  }

  /** One sentence for each place: what the truth would add, and which is the bottleneck. */
  static List<String> sentences(Readings readings, List<Place> places) {
    return places.stream().map(place -> sentence(readings.evaluations(), place)).toList();
  }

  private static String sentence(Map<Reading, Evaluation> evaluations, Place place) {
    String when = place == Place.REFINED ? "As labelled" : "Before refinement";
    double boxes = gain(evaluations, place, Truth.BOXES);
    double labels = gain(evaluations, place, Truth.LABELS);
    if (Double.isNaN(boxes) || Double.isNaN(labels)) {
      return when
          + ", "
          + (Double.isNaN(boxes) ? added("labels", labels) : added("boxes", boxes))
          + " (--oracle both compares boxes with labels).";
    }
    String verdict = "place and class weigh about the same";
    if (Math.abs(boxes - labels) >= EVEN) {
      verdict = boxes > labels ? "place is the bottleneck" : "class is the bottleneck";
    }
    return "%s, %s and %s: %s."
        .formatted(when, added("boxes", boxes), added("labels", labels), verdict);
  }

  private static String added(String what, double gain) {
    return String.format(Locale.ROOT, "true %s would add %.1f AP", what, 100 * gain);
  }

  /** NaN if the table has no such row. */
  private static double gain(Map<Reading, Evaluation> evaluations, Place place, Truth truth) {
    Evaluation better = evaluations.get(new Reading(place, truth, OtherClasses.ABSENT));
    if (better == null) {
      return Double.NaN;
    }
    return better.numbers().get("AP") - evaluations.get(Reading.raw(place)).numbers().get("AP");
  }
}
