package dev.boxmill.job.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestReliability {

  @Test
  void scoresThatAreChancesHaveNoError() {
    Random random = new Random(5);
    Reliability reliability = Reliability.of(1);
    for (int i = 0; i < 200_000; i++) {
      double score = random.nextDouble();
      add(reliability, 0, score, random.nextDouble() < score ? 1 : 0);
    }

    assertThat(reliability.detectionError().orElseThrow()).isLessThan(0.01);
    assertThat(reliability.locationAwareError().orElseThrow()).isLessThan(0.01);
  }

  @Test
  void errorIsTheDifferenceOfScoreAndPrecision() {
    Reliability reliability = Reliability.of(2);
    for (int i = 0; i < 4; i++) {
      add(reliability, 0, 0.9, i < 2 ? 0.8 : 0);
      add(reliability, 1, 0.3, 0);
    }

    assertThat(reliability.detectionError().orElseThrow())
        .isCloseTo((0.4 + 0.3) / 2, within(1e-12));
    assertThat(reliability.locationAwareError().orElseThrow())
        .isCloseTo((0.5 + 0.3) / 2, within(1e-12));
  }

  @Test
  void scoresOnABorderBelongToTheBinBelow() {
    ReliabilityBins bins = new ReliabilityBins(4);
    for (double score : new double[] {0, 0.25, 0.2501, 0.5, 1}) {
      bins.add(score, 0);
    }

    assertThat(new long[] {bins.boxes(0), bins.boxes(1), bins.boxes(2), bins.boxes(3)})
        .containsExactly(2, 2, 0, 1);
  }

  @Test
  void nothingHasNoError() {
    assertThat(Reliability.of(3).detectionError()).isEmpty();
    assertThat(Reliability.of(3).locationAwareError()).isEmpty();
    assertThat(new ReliabilityPicture(Reliability.of(3)).svg()).contains("D-ECE -", "0 boxes");
  }

  @Test
  void pictureHasAPointWhereTheBinIs() {
    Reliability reliability = Reliability.of(1);
    for (int i = 0; i < 4; i++) {
      add(reliability, 0, 0.9, i == 0 ? 0 : 0.8);
    }

    assertThat(new ReliabilityPicture(reliability).svg())
        .startsWith("<svg ")
        .contains("D-ECE 0.1500, LaECE 0.3000, 4 boxes")
        .contains("<circle cx=\"424.0\" cy=\"144.0\"");
  }

  private static void add(Reliability reliability, int category, double score, double overlap) {
    reliability.judge(score, overlap > 0 ? 1 : 0);
    reliability.locate(category, score, overlap);
  }
}
