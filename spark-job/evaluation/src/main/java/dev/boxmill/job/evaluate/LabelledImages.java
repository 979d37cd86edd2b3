package dev.boxmill.job.evaluate;

import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.util.List;

/** Detections to evaluate, wherever they lie. */
interface LabelledImages {

  /** Sentences on what was matched to the ground truth, and how. */
  List<String> facts();

  /** Whether boxes of before a refiner are known and may differ. */
  boolean refined();

  /** What the detections show of the detector's matcher: scores per class, or one class each. */
  ClassRule likelyRule();

  /** Lowest score that was kept. */
  double leastScore();

  /** Matches every image in each of the ways. */
  Readings read(List<Reading> readings, Oracle oracle);
}
