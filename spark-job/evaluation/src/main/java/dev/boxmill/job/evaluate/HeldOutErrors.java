package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.JudgedBoxes;
import dev.boxmill.job.calibration.Reliability;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What curves do on images that they were not fitted to: each of {@value #PARTS} parts of the
 * images is calibrated by the others.
 *
 * @param before scores as they are
 * @param after scores by the curves
 */
record HeldOutErrors(Reliability before, Reliability after) {

  static final int PARTS = 5;

  /**
   * Empty if the boxes lie in too few images.
   *
   * @param annotated categories that have objects: the others don't count, as in {@code evaluate}
   */
  static Optional<HeldOutErrors> of(
      List<JudgedBoxes> byCategory, IntPredicate annotated, CalibrationRequest request) {
    Reliability before = Reliability.of(byCategory.size());
    Reliability after = Reliability.of(byCategory.size());
    for (int part = 0; part < PARTS; part++) {
      int held = part;
      Optional<ClassCurves> curves =
          ClassCurves.fit(
              byCategory, image -> image % PARTS != held, request.method(), request.leastBoxes());
      if (curves.isEmpty()) {
        return Optional.empty();
      }
      for (int category : IntStream.range(0, byCategory.size()).filter(annotated).toArray()) {
        JudgedBoxes boxes = byCategory.get(category).ofImages(image -> image % PARTS == held);
        for (int box = 0; box < boxes.size(); box++) {
          add(before, category, boxes.score(box), boxes.overlap(box));
          double probability = curves.get().probability(category, boxes.score(box));
          add(after, category, probability, boxes.overlap(box));
        }
      }
    }
    return before.detectionError().isEmpty()
        ? Optional.empty()
        : Optional.of(new HeldOutErrors(before, after));
  }

  private static void add(Reliability errors, int category, double score, double overlap) {
    errors.judge(score, overlap > 0 ? 1 : 0);
    errors.locate(category, score, overlap);
  }
}
