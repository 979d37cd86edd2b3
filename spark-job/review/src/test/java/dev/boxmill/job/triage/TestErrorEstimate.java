package dev.boxmill.job.triage;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Values in comments are computed by hand from the formulas on the page of {@code schemas}. */
final class TestErrorEstimate {

  private static final Offset<Double> EXACT = within(1e-5);
  private static final ImageSize IMAGE = new ImageSize(100, 100);
  private static final ScoreCalibration HALF = ScoreCalibration.raw(0.5);
  private static final ClassStatistics NOTHING_USUAL = new ClassStatistics(Map.of());

  /** Odds of 3 to the power of 2.7 are 19.419. */
  private static final double RIGHT_AT_THREE_QUARTERS = 0.951026;

  private static final Corners PLACE = new Corners(0, 0, 20, 10);
  private static final Corners A_THIRD_SHARED = new Corners(10, 0, 30, 10);
  private static final Corners HALF_SHARED = new Corners(0, 0, 10, 10);
  private static final Corners ELSEWHERE = new Corners(60, 60, 80, 80);

  @Test
  void aScoreAtTheThresholdIsAsLikelyRightAsWrong() {
    assertThat(HALF.right(0.5)).isEqualTo(0.5, EXACT);
    assertThat(ScoreCalibration.raw(0.3).right(0.3)).isEqualTo(0.5, EXACT);
    assertThat(HALF.right(0.75)).isEqualTo(RIGHT_AT_THREE_QUARTERS, EXACT);
    assertThat(HALF.right(0.25)).isEqualTo(1 - RIGHT_AT_THREE_QUARTERS, EXACT);
    assertThat(HALF.right(0)).isZero();
    assertThat(HALF.right(1)).isEqualTo(1);
  }

  @Test
  void calibratedScoresAreProbabilities() {
    ScoreCalibration calibrated = HALF.of("refinebox:steps=3 calibrate:file=c.json");
    assertThat(calibrated.right(0.25)).isEqualTo(0.25);
    assertThat(calibrated.right(0.75)).isEqualTo(0.75);
    assertThat(HALF.of("clip recalibrate:x=1")).isEqualTo(HALF);
    assertThat(HALF.of("")).isEqualTo(HALF);
  }

  @Test
  void certaintyUndoesFocalLoss() {
    for (double score = 0.51; score < 0.99; score += 0.01) {
      double trueOdds = focalSlope(1 - score) / focalSlope(score);
      double power = Math.log(trueOdds) / Math.log(score / (1 - score));
      assertThat(power).as("score %s", score).isBetween(2.6, 2.8);
    }
  }

  /** Derivative of -(1 - q)² ln q, without its sign. */
  private static double focalSlope(double q) {
    return -2 * (1 - q) * Math.log(q) + (1 - q) * (1 - q) / q;
  }

  @Test
  void uncertainBoxesAreThoseThatScoreLow() {
    ErrorEstimate estimate = estimate(box("cup", 0.75, PLACE), box("cup", 0.75, ELSEWHERE));

    assertThat(estimate.uncertainBoxes()).isEqualTo(2 * (1 - RIGHT_AT_THREE_QUARTERS), EXACT);
    assertThat(estimate.expectedErrors()).isEqualTo(estimate.uncertainBoxes());
    assertThat(estimate.reviewPriority())
        .isEqualTo(1 - Math.exp(-2 * (1 - RIGHT_AT_THREE_QUARTERS)), EXACT);
  }

  @Test
  void anImageWithoutBoxesRaisesNoDoubt() {
    assertThat(estimate().expectedErrors()).isZero();
    assertThat(estimate().reviewPriority()).isZero();
  }

  @Test
  void hintsOfMissedObjectsLieOnNoOtherBox() {
    ErrorEstimate alone = estimate(box("cup", 0.25, PLACE));
    ErrorEstimate twice = estimate(box("cup", 0.25, PLACE), box("dog", 0.25, PLACE));
    ErrorEstimate onAShownBox = estimate(box("cup", 1, PLACE), box("dog", 0.25, HALF_SHARED));
    ErrorEstimate besideIt = estimate(box("cup", 1, PLACE), box("cup", 0.25, A_THIRD_SHARED));

    assertThat(alone.missedObjects()).isEqualTo(1 - RIGHT_AT_THREE_QUARTERS, EXACT);
    assertThat(twice).isEqualTo(alone);
    assertThat(onAShownBox.expectedErrors()).isZero();
    assertThat(besideIt).isEqualTo(alone);
  }

  @Test
  void nearDuplicatesCountBetweenClassesToo() {
    ErrorEstimate same = estimate(box("cup", 1, PLACE), box("dog", 0.75, PLACE));
    ErrorEstimate near = estimate(box("cup", 1, PLACE), box("cup", 0.75, A_THIRD_SHARED));

    assertThat(same.nearDuplicates()).isEqualTo(RIGHT_AT_THREE_QUARTERS, EXACT);
    assertThat(same.expectedErrors()).isEqualTo(1, EXACT);
    assertThat(near.nearDuplicates()).isEqualTo(RIGHT_AT_THREE_QUARTERS / 9, EXACT);
  }

  @Test
  void aBoxThatWasMovedFarIsDoubtful() {
    // 0.05 exp(0.5 / 0.05) = 1101.32; 0.951026 / (0.951026 + 0.048974 * 1101.32) = 0.017327
    ErrorEstimate moved = estimate(box("cup", 0.75, HALF_SHARED, PLACE));
    assertThat(moved.refinerDisagreement()).isEqualTo(0.933699, EXACT);

    ErrorEstimate little = estimate(box("cup", 0.75, new Corners(0, 0, 19, 10), PLACE));
    assertThat(little.refinerDisagreement()).isZero();
  }

  @Test
  void whatTheRefinersDoToAllBoxesOfAClassIsNothingUnusual() {
    ClassStatistics often = new ClassStatistics(Map.of("cup", new BoxStatistics(100, 0, 0, 0.5)));
    ErrorEstimate moved =
        ErrorEstimate.of(List.of(box("cup", 0.75, HALF_SHARED, PLACE)), IMAGE, HALF, often);

    // 0.5 exp(0.5 / 0.5) = 1.359141; 0.951026 / (0.951026 + 0.048974 * 1.359141) = 0.934582
    assertThat(moved.refinerDisagreement()).isEqualTo(0.951026 - 0.934582, EXACT);
  }

  @Test
  void aBoxOfOddSizeIsDoubtful() {
    // Three deviations off: exp(4.5) sqrt(2 pi) / 8 = 28.2052
    // 0.951026 / (0.951026 + 0.048974 * 28.2052) = 0.407755
    double size = Math.log(0.02) / 2;
    ClassStatistics larger = statistics(new BoxStatistics(100, size + 1.5, 0.5, 0));
    assertThat(cup(larger).oddSizes()).isEqualTo(0.951026 - 0.407755, EXACT);

    assertThat(cup(statistics(new BoxStatistics(100, size + 0.5, 0.5, 0))).oddSizes()).isZero();
    assertThat(cup(statistics(new BoxStatistics(19, size + 1.5, 0.5, 0))).oddSizes()).isZero();
    assertThat(cup(statistics(new BoxStatistics(100, size + 1.5, 0, 0))).oddSizes()).isZero();
  }

  private static ClassStatistics statistics(BoxStatistics cup) {
    return new ClassStatistics(Map.of("cup", cup));
  }

  private static ErrorEstimate cup(ClassStatistics statistics) {
    return ErrorEstimate.of(List.of(box("cup", 0.75, PLACE)), IMAGE, HALF, statistics);
  }

  @Test
  void aBoxWithoutAreaHasTheOddestSize() {
    ErrorEstimate flat =
        ErrorEstimate.of(
            List.of(box("cup", 0.75, new Corners(5, 5, 5, 9))),
            IMAGE,
            HALF,
            statistics(new BoxStatistics(100, -2, 0.5, 0)));

    assertThat(flat.oddSizes()).isEqualTo(RIGHT_AT_THREE_QUARTERS, EXACT);
  }

  @Test
  void noBoxIsWrongMoreThanOnce() {
    Random random = new Random(7);
    ClassStatistics statistics = statistics(new BoxStatistics(100, -1.5, 0.4, 0.1));
    for (int image = 0; image < 500; image++) {
      List<LabeledBox> boxes = new ArrayList<>();
      for (int i = random.nextInt(12); i > 0; i--) {
        boxes.add(box("cup", random.nextDouble(), corners(random), corners(random)));
      }
      boxes.sort(Comparator.comparingDouble(LabeledBox::score).reversed());

      ErrorEstimate estimate = ErrorEstimate.of(boxes, IMAGE, HALF, statistics);

      assertThat(estimate.expectedErrors()).isBetween(0.0, boxes.size() + 1e-9);
      assertThat(estimate.reviewPriority()).isGreaterThanOrEqualTo(0).isLessThan(1);
      assertThat(
              List.of(
                  estimate.uncertainBoxes(),
                  estimate.missedObjects(),
                  estimate.nearDuplicates(),
                  estimate.refinerDisagreement(),
                  estimate.oddSizes()))
          .allSatisfy(part -> assertThat(part).isGreaterThanOrEqualTo(0));
    }
  }

  private static Corners corners(Random random) {
    float x = random.nextFloat(80);
    float y = random.nextFloat(80);
    return new Corners(x, y, x + random.nextFloat(1, 20), y + random.nextFloat(1, 20));
  }

  private static ErrorEstimate estimate(LabeledBox... boxes) {
    return ErrorEstimate.of(List.of(boxes), IMAGE, HALF, NOTHING_USUAL);
  }
}
