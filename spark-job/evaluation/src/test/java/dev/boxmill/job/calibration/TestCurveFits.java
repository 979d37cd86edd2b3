package dev.boxmill.job.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.schemas.calibration.IsotonicCurve;
import dev.boxmill.schemas.calibration.PlattCurve;
import dev.boxmill.schemas.calibration.ScoreCurve;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestCurveFits {

  /** Sums of thousands of numbers, in another order. */
  private static final double SUMS = 1e-9;

  /** Both stop at the optimum of the same loss. */
  private static final double OPTIMUM = 1e-7;

  /** Where scikit-learn's sigmoid calibration stops. */
  private static final double EARLY_STOP = 1e-6;

  @Test
  void isotonicCurvesEqualScikitLearns() throws IOException {
    for (JsonNode golden : cases()) {
      ScoreCurve curve = CurveMethod.ISOTONIC.fit(boxes(golden));
      requireEqual(curve, golden, "isotonic", SUMS);
    }
  }

  @Test
  void plattCurvesEqualScikitLearns() throws IOException {
    int compared = 0;
    for (JsonNode golden : cases()) {
      if (golden.has("platt")) {
        ScoreCurve curve = CurveMethod.PLATT.fit(boxes(golden));
        requireEqual(curve, golden, "platt", OPTIMUM);
        requireEqual(curve, golden, "sigmoid", EARLY_STOP);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  @Test
  void curvesNeverFallAndStayWithinZeroAndOne() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      JudgedBoxes boxes = new JudgedBoxes();
      int count = 1 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        boxes.add(random.nextInt(12) / 11.0, random.nextBoolean() ? 0.7 : 0, i);
      }
      for (CurveMethod method : CurveMethod.values()) {
        ScoreCurve curve = method.fit(boxes);
        double before = 0;
        for (int i = 0; i <= 100; i++) {
          double probability = curve.probability(i / 100.0);
          assertThat(probability).as("%s of seed %d", method, seed).isBetween(before, 1.0);
          before = probability;
        }
      }
    }
  }

  @Test
  void meanOfTheProbabilitiesIsTheShareOfRightBoxes() {
    Random random = new Random(3);
    JudgedBoxes boxes = new JudgedBoxes();
    for (int i = 0; i < 5000; i++) {
      double score = random.nextDouble();
      boxes.add(score, random.nextDouble() < score * score ? 0.8 : 0, i);
    }
    double share = (double) boxes.right() / boxes.size();

    for (CurveMethod method : CurveMethod.values()) {
      ScoreCurve curve = method.fit(boxes);
      double mean =
          IntStream.range(0, boxes.size())
              .mapToDouble(box -> curve.probability(boxes.score(box)))
              .average()
              .orElseThrow();
      assertThat(mean).as("%s", method).isCloseTo(share, within(1e-3));
    }
  }

  @Test
  void scoresThatMeanTheOppositeGiveALevelCurve() {
    JudgedBoxes boxes = new JudgedBoxes();
    for (int i = 0; i < 20; i++) {
      boxes.add(0.2, 0.9, i);
      boxes.add(0.8, 0, i);
    }

    assertThat(CurveMethod.PLATT.fit(boxes)).isEqualTo(new PlattCurve(0, 0));
    assertThat(CurveMethod.ISOTONIC.fit(boxes))
        .isEqualTo(new IsotonicCurve(List.of(0.2, 0.8), List.of(0.5, 0.5)));
  }

  private static void requireEqual(
      ScoreCurve curve, JsonNode golden, String method, double tolerance) {
    for (int i = 0; i < golden.get("at").size(); i++) {
      double score = golden.get("at").get(i).doubleValue();
      assertThat(curve.probability(score))
          .as("%s of case %s at %s", method, golden.get("name").textValue(), score)
          .isCloseTo(golden.get(method).get(i).doubleValue(), within(tolerance));
    }
  }

  private static JudgedBoxes boxes(JsonNode golden) {
    JudgedBoxes boxes = new JudgedBoxes();
    for (int i = 0; i < golden.get("scores").size(); i++) {
      boxes.add(
          golden.get("scores").get(i).doubleValue(), golden.get("right").get(i).intValue(), i);
    }
    return boxes;
  }

  private static List<JsonNode> cases() throws IOException {
    try (InputStream file = TestCurveFits.class.getResourceAsStream("curves.json")) {
      List<JsonNode> cases = new ArrayList<>();
      new ObjectMapper().readTree(file).forEach(cases::add);
      return cases;
    }
  }
}
