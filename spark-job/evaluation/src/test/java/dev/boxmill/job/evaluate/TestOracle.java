package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.evaluate.OracleVariant.BoxSource;
import dev.boxmill.job.evaluate.OracleVariant.OtherClasses;
import dev.boxmill.job.evaluate.OracleVariant.Truth;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestOracle {

  private static final int CATEGORIES = 3;
  private static final Oracle SOFTMAX = new Oracle(ClassRule.PROBABILITY, 0.05, CATEGORIES);
  private static final Oracle FOCAL = new Oracle(ClassRule.FOCAL, 0.05, CATEGORIES);

  @Test
  void trueBoxesAndLabelsLeaveNothingToGain() {
    Map<String, Double> numbers =
        numbers(
            new Random(1),
            SOFTMAX,
            new OracleVariant(BoxSource.REFINED, Truth.BOTH, OtherClasses.ABSENT));

    assertThat(numbers.get("AP")).isCloseTo(1, within(1e-9));
  }

  @Test
  void eachTruthHelps() {
    double raw = ap(Truth.RAW);
    double boxes = ap(Truth.BOXES);
    double labels = ap(Truth.LABELS);

    assertThat(boxes).isGreaterThan(raw + 0.05);
    assertThat(labels).isGreaterThan(raw + 0.05);
    assertThat(ap(Truth.BOTH)).isGreaterThan(Math.max(boxes, labels));
  }

  @Test
  void trueBoxesKeepScoresAndLabels() {
    Random random = new Random(3);
    List<TruthObject> objects = TestingTruth.objects(random, 6, CATEGORIES);
    ImageDetections found = detections(random, objects, 4);
    ImageTruth truth = ImageTruth.of(TestingTruth.SIZE, objects);
    OracleVariant boxes = new OracleVariant(BoxSource.REFINED, Truth.BOXES, OtherClasses.ABSENT);

    ImageDetections moved = SOFTMAX.read(boxes, truth, new ImageLabels(found, found));

    assertThat(moved.size()).isEqualTo(found.size());
    int onObjects = 0;
    for (int d = 0; d < moved.size(); d++) {
      assertThat(moved.score(d)).isEqualTo(found.score(d));
      assertThat(moved.category(d)).isEqualTo(found.category(d));
      int detection = d;
      onObjects += objects.stream().anyMatch(one -> isAt(moved, detection, one)) ? 1 : 0;
    }
    assertThat(onObjects).isEqualTo(objects.size());
  }

  @Test
  void orderOfObjectsDoesNotMatter() {
    Random random = new Random(4);
    List<TruthObject> objects = TestingTruth.objects(random, 8, CATEGORIES);
    ImageDetections found = detections(random, objects, 9);
    ImageLabels labels = new ImageLabels(found, found);
    List<TruthObject> reversed = new ArrayList<>(objects);
    Collections.reverse(reversed);
    OracleVariant both = new OracleVariant(BoxSource.REFINED, Truth.BOTH, OtherClasses.ABSENT);

    ImageDetections one = FOCAL.read(both, ImageTruth.of(TestingTruth.SIZE, objects), labels);
    ImageDetections other = FOCAL.read(both, ImageTruth.of(TestingTruth.SIZE, reversed), labels);

    assertThat(one.size()).isEqualTo(other.size());
    for (int d = 0; d < one.size(); d++) {
      assertThat(one.x(d)).isEqualTo(other.x(d));
      assertThat(one.category(d)).isEqualTo(other.category(d));
    }
  }

  @Test
  void zeroLogitsScoreOneHalfForEveryOtherClass() {
    List<TruthObject> objects =
        List.of(new TruthObject(1, 1, 10, 10, 50, 50, 2500, TruthObject.Role.COUNTED));
    ImageDetections found = new ImageDetections(2);
    found.add(0, 0.8, 12, 12, 50, 50);
    found.add(2, 0.4, 12, 12, 50, 50);
    ImageLabels labels = new ImageLabels(found, found);
    ImageTruth truth = ImageTruth.of(TestingTruth.SIZE, objects);

    ImageDetections absent =
        FOCAL.read(
            new OracleVariant(BoxSource.REFINED, Truth.LABELS, OtherClasses.ABSENT), truth, labels);
    ImageDetections zero =
        FOCAL.read(
            new OracleVariant(BoxSource.REFINED, Truth.LABELS, OtherClasses.ZERO_LOGIT),
            truth,
            labels);

    assertThat(labels.queryCount()).isEqualTo(1);
    assertThat(absent.size()).isEqualTo(1);
    assertThat(absent.category(0)).isEqualTo(1);
    assertThat(absent.score(0)).isEqualTo(1);
    assertThat(zero.size()).isEqualTo(CATEGORIES);
    assertThat(zero.score(1)).isEqualTo(0.5);
    assertThat(zero.score(2)).isEqualTo(0.5);
  }

  @Test
  void objectsWithoutDetectionAreCounted() {
    Random random = new Random(5);
    List<TruthObject> objects = TestingTruth.objects(random, 6, CATEGORIES);
    ImageDetections two = detections(random, objects.subList(0, 2), 0);

    assertThat(
            Oracle.unmatched(ImageTruth.of(TestingTruth.SIZE, objects), new ImageLabels(two, two)))
        .isEqualTo(4);
  }

  private static double ap(Truth truth) {
    OracleVariant reading = new OracleVariant(BoxSource.REFINED, truth, OtherClasses.ABSENT);
    return numbers(new Random(2), SOFTMAX, reading).get("AP");
  }

  private static Map<String, Double> numbers(Random random, Oracle oracle, OracleVariant reading) {
    List<TruthImage> images = new ArrayList<>();
    List<ImageDetections> detections = new ArrayList<>();
    for (int image = 1; image <= 12; image++) {
      List<TruthObject> objects = TestingTruth.objects(random, 6, CATEGORIES);
      images.add(TestingTruth.image(image, objects));
      detections.add(detections(random, objects, 5));
    }
    GroundTruth truth =
        new GroundTruth(images, TestingTruth.categories(CATEGORIES), new AnnotationWarnings());
    ResultFile.Results results =
        new ResultFile.Results(detections, 0, detections.size(), new AnnotationWarnings());
    return new ResultImages(EvaluationRequest.of("", EvaluationStyle.COCO), truth, results)
        .read(List.of(reading), oracle)
        .evaluations()
        .get(reading)
        .numbers();
  }

  /** Each object jittered, a third with another class, and some strangers of low score. */
  private static ImageDetections detections(
      Random random, List<TruthObject> objects, int strangers) {
    ImageDetections found = new ImageDetections(0);
    for (TruthObject one : objects) {
      int category = random.nextInt(3) == 0 ? random.nextInt(CATEGORIES) : one.category();
      double jitter = 0.06;
      found.add(
          category,
          0.5 + random.nextDouble() / 2,
          one.x() + jitter * one.width() * random.nextGaussian(),
          one.y() + jitter * one.height() * random.nextGaussian(),
          one.width(),
          one.height());
    }
    for (TruthObject one : TestingTruth.objects(random, strangers, CATEGORIES)) {
      double score = 0.4 * random.nextDouble();
      found.add(one.category(), score, one.x(), one.y(), one.width(), one.height());
    }
    return found;
  }

  private static boolean isAt(ImageDetections found, int d, TruthObject object) {
    return found.x(d) == object.x()
        && found.y(d) == object.y()
        && found.width(d) == object.width()
        && found.height(d) == object.height();
  }
}
