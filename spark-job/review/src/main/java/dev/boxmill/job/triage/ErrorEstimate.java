package dev.boxmill.job.triage;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
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
record ErrorEstimate(
    double uncertainBoxes,
    double missedObjects,
    double nearDuplicates,
    double refinerDisagreement,
    double oddSizes) {

  private static final ErrorEstimate NONE = new ErrorEstimate(0, 0, 0, 0, 0);

  /** From this IoU on, two boxes show one object. */
  private static final double SAME_OBJECT = 0.5;

  /**
   * Looks through an image.
   *
   * @param boxes by descending score
   */
  static ErrorEstimate of(
      List<LabeledBox> boxes,
      ImageSize image,
      ScoreCalibration calibration,
      ClassStatistics statistics) {
    List<LabeledBox> surer = new ArrayList<>();
    ErrorEstimate estimate = NONE;
    for (LabeledBox box : boxes) {
      double overlap = overlap(box, surer);
      double right = calibration.right(box.score());
      if (calibration.shows(box.score())) {
        estimate = estimate.plus(shown(box, right, overlap, image, statistics.of(box.label())));
        surer.add(box);
      } else if (overlap < SAME_OBJECT) {
        estimate = estimate.plus(new ErrorEstimate(0, right, 0, 0, 0));
        surer.add(box);
      }
    }
    return estimate;
  }

  /** Each reason takes from the chance that those before it have left. */
  private static ErrorEstimate shown(
      LabeledBox box, double right, double overlap, ImageSize image, BoxStatistics usual) {
    double single = right * (1 - overlap * overlap);
    double agreed = after(single, usual.moveAgainst(1 - box.refinementIou()));
    double expected = after(agreed, usual.sizeAgainst(BoxStatistics.size(box.corners(), image)));
    return new ErrorEstimate(1 - right, 0, right - single, single - agreed, agreed - expected);
  }

  private static double overlap(LabeledBox box, List<LabeledBox> surer) {
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

  private ErrorEstimate plus(ErrorEstimate other) {
    return new ErrorEstimate(
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
