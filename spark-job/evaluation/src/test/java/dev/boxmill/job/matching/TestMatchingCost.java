package dev.boxmill.job.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.schemas.Box;
import org.junit.jupiter.api.Test;

final class TestMatchingCost {

  /** Boxes hold floats. */
  private static final double ROUNDING = 1e-6;

  private static final Box LEFT = new Box(0.25f, 0.5f, 0.5f, 1);
  private static final Box RIGHT = new Box(0.75f, 0.5f, 0.5f, 1);

  @Test
  void equalBoxesCostOnlyTheirClass() {
    assertThat(MatchingCost.SOFTMAX.of(0.7, LEFT, LEFT)).isCloseTo(-0.7 - 2, within(ROUNDING));
  }

  @Test
  void focalCostIsPositiveLessNegativeLoss() {
    double positive = 0.25 * 0.25 * -Math.log(0.5 + 1e-8);
    double negative = 0.75 * 0.25 * -Math.log(0.5 + 1e-8);
    assertThat(MatchingCost.FOCAL.of(0.5, LEFT, LEFT))
        .isCloseTo(2 * (positive - negative) - 2, within(ROUNDING));
  }

  @Test
  void apartBoxesCostTheirDistance() {
    assertThat(MatchingCost.SOFTMAX.of(0, LEFT, RIGHT)).isCloseTo(5 * 0.5, within(ROUNDING));
  }

  @Test
  void giouOfApartBoxesCountsTheGap() {
    Box small = new Box(0.125f, 0.5f, 0.25f, 1);
    assertThat(MatchingCost.giou(small, RIGHT)).isCloseTo(-0.25, within(ROUNDING));
    assertThat(MatchingCost.giou(LEFT, new Box(0.5f, 0.5f, 1, 1))).isCloseTo(0.5, within(ROUNDING));
  }

  @Test
  void boxesWithoutAreaHaveNoGiou() {
    Box point = new Box(0.5f, 0.5f, 0, 0);
    assertThat(MatchingCost.giou(point, point)).isZero();
  }
}
