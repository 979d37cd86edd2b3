package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.calibration.JudgedBoxes;
import dev.boxmill.schemas.calibration.ScoreCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Curves of the categories.
 *
 * @param pooled of all categories together
 * @param own by category; empty where a category has too few boxes of its own
 */
record ClassCurves(ScoreCurve pooled, List<Optional<ScoreCurve>> own) {

  /** A curve needs right and wrong boxes: so many of each. */
  static final int LEAST_OF_EACH = 5;

  ClassCurves {
    own = List.copyOf(own);
  }

  /** Fits curves to the boxes of some images; empty if these have none. */
  static Optional<ClassCurves> fit(
      List<JudgedBoxes> byCategory, IntPredicate images, CurveMethod method, int leastBoxes) {
    JudgedBoxes all = new JudgedBoxes();
    List<Optional<ScoreCurve>> own = new ArrayList<>();
    for (JudgedBoxes category : byCategory) {
      JudgedBoxes chosen = category.ofImages(images);
      all.addAll(chosen);
      own.add(isEnough(chosen, leastBoxes) ? Optional.of(method.fit(chosen)) : Optional.empty());
    }
    return all.size() == 0 ? Optional.empty() : Optional.of(new ClassCurves(method.fit(all), own));
  }

  private static boolean isEnough(JudgedBoxes boxes, int leastBoxes) {
    int wrong = boxes.size() - boxes.right();
    return boxes.size() >= leastBoxes && Math.min(boxes.right(), wrong) >= LEAST_OF_EACH;
  }

  double probability(int category, double score) {
    return own.get(category).orElse(pooled).probability(score);
  }
}
