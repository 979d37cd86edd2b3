package dev.boxmill.job.triage;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelledBox;
import java.util.ArrayList;
import java.util.List;

/**
 * How many boxes of an image are expected to be wrong, and why.
 *
 * @param uncertainBoxes of the boxes shown, by their scores
 * @param missedObjects objects that only hints show, which are boxes below the threshold
 * @param nearDuplicates of the boxes shown, because they lie on a surer one
 * @param refinerDisagreement of the boxes shown, because they were moved unusually far
 * @param oddSizes of the boxes shown, because of their size
 */
record Doubts(
    double uncertainBoxes,
    double missedObjects,
    double nearDuplicates,
    double refinerDisagreement,
    double oddSizes) {

  private static final Doubts NONE = new Doubts(0, 0, 0, 0, 0);

  /** From this IoU on, two boxes show one object. */
  private static final double SAME_OBJECT = 0.5;

  /**
   * Looks through an image.
   *
   * @param boxes by descending score
   */
  static Doubts of(List<LabelledBox> boxes, ImageSize image, Certainty certainty, Habits habits) {
    List<LabelledBox> surer = new ArrayList<>();
    Doubts doubts = NONE;
    for (LabelledBox box : boxes) {
      double overlap = overlap(box, surer);
      double right = certainty.right(box.score());
      if (certainty.shows(box.score())) {
        doubts = doubts.plus(shown(box, right, overlap, image, habits.of(box.label())));
        surer.add(box);
      } else if (overlap < SAME_OBJECT) {
        doubts = doubts.plus(new Doubts(0, right, 0, 0, 0));
        surer.add(box);
      }
    }
    return doubts;
  }

  /** Each reason takes from the chance that those before it have left. */
  private static Doubts shown(
      LabelledBox box, double right, double overlap, ImageSize image, Habit habit) {
    double single = right * (1 - overlap * overlap);
    double agreed = after(single, habit.moveAgainst(1 - box.refinementIou()));
    double usual = after(agreed, habit.sizeAgainst(Habit.size(box.corners(), image)));
    return new Doubts(1 - right, 0, right - single, single - agreed, agreed - usual);
  }

  private static double overlap(LabelledBox box, List<LabelledBox> surer) {
    return surer.stream().mapToDouble(other -> other.corners().iou(box.corners())).max().orElse(0);
  }

  /**
   * Bayes' rule, for evidence that can only count against a box.
   *
   * @param right chance before
   * @param against how much more likely the evidence is if the box is wrong
   */
  private static double after(double right, double against) {
    double wrong = 1 - right;
    if (against <= 1 || wrong == 0) {
      return right;
    }
    return right / (right + wrong * against);
  }

  private Doubts plus(Doubts other) {
    return new Doubts(
        uncertainBoxes + other.uncertainBoxes,
        missedObjects + other.missedObjects,
        nearDuplicates + other.nearDuplicates,
        refinerDisagreement + other.refinerDisagreement,
        oddSizes + other.oddSizes);
  }

  /** Boxes to delete, draw or move. */
  double expectedErrors() {
    return uncertainBoxes + missedObjects + nearDuplicates + refinerDisagreement + oddSizes;
  }

  /** Chance that there is an error at all, if each comes independently of the others. */
  double reviewPriority() {
    return -Math.expm1(-expectedErrors());
  }
}
