package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestEvaluation {

  /** The golden files hold twelve digits. */
  private static final double ROUNDING = 1e-9;

  @ParameterizedTest
  @ValueSource(strings = {"plain", "crowds", "ties", "many", "single", "odd"})
  void equalsPycocotools(String name) throws Exception {
    requireEqual(name, EvaluationStyle.COCO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"federated", "federated-many"})
  void equalsLvis(String name) throws Exception {
    requireEqual(name, EvaluationStyle.LVIS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "crowds", "ties", "many", "single"})
  void calibrationErrorsEqualDetectionCalibration(String name) throws Exception {
    GroundTruth truth = truth(name, EvaluationStyle.COCO);
    List<ImageDetections> detections =
        ResultFile.read(
                file(name, "results"), truth, ImageScope.ALL, () -> new Configuration(false))
            .detections();
    JsonNode expected =
        new ObjectMapper()
            .readTree(TestEvaluation.class.getResourceAsStream("calibration.json"))
            .get(name);

    assertThat(expected.get("LaECE")).hasSize(4);
    for (Map.Entry<String, JsonNode> one : expected.get("LaECE").properties()) {
      Evaluation evaluation =
          evaluate(
              EvaluationRequest.of("", EvaluationStyle.COCO)
                  .withLaeceIou(Double.parseDouble(one.getKey())),
              truth,
              detections);
      Map<String, Double> errors = evaluation.calibrationErrors();

      assertThat(evaluation.reliability().all().total())
          .isEqualTo(expected.get("boxes").longValue());
      assertThat(errors.get("D-ECE"))
          .isCloseTo(expected.get("D-ECE").doubleValue(), within(ROUNDING));
      assertThat(errors.get("LaECE"))
          .as("LaECE at IoU %s", one.getKey())
          .isCloseTo(one.getValue().doubleValue(), within(ROUNDING));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.5, Double.NaN})
  void laeceIouIsAShare(double iou) {
    assertThatThrownBy(() -> EvaluationRequest.of("", EvaluationStyle.COCO).withLaeceIou(iou))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --laece-iou: " + iou + " (must be from 0 to 1)");
  }

  @Test
  void oddAnnotationsAreCounted() throws Exception {
    GroundTruth truth = truth("odd", EvaluationStyle.COCO);
    AnnotationWarnings findings = truth.findings();

    assertThat(findings.count(Kind.WITHOUT_AREA)).isEqualTo(2);
    assertThat(findings.count(Kind.UNKNOWN_CATEGORY)).isEqualTo(1);
    assertThat(findings.count(Kind.UNKNOWN_IMAGE)).isEqualTo(1);
    assertThat(findings.count(Kind.ZERO_ID)).isEqualTo(1);
    assertThat(findings.count(Kind.DUPLICATE_ID)).isEqualTo(2);
    assertThat(findings.count(Kind.OUTSIDE)).isPositive();
    assertThat(findings.sentences())
        .contains("1 annotations of an unknown category: left out (id 7)")
        .contains("1 annotations of an unknown image: left out (id 8)");
  }

  @Test
  void perfectDetectionsHavePrecisionOne() {
    Random random = new Random(1);
    List<TruthImage> images = new ArrayList<>();
    List<ImageDetections> detections = new ArrayList<>();
    for (int image = 0; image < 10; image++) {
      List<TruthObject> objects = TestingTruth.objects(random, 8, 3);
      images.add(TestingTruth.image(image + 1, objects));
      ImageDetections found = new ImageDetections(0);
      objects.forEach(
          one ->
              found.add(
                  one.category(),
                  random.nextDouble(),
                  one.x(),
                  one.y(),
                  one.width(),
                  one.height()));
      detections.add(found);
    }
    GroundTruth truth =
        new GroundTruth(images, TestingTruth.categories(3), new AnnotationWarnings());

    Map<String, Double> numbers = evaluate(EvaluationStyle.COCO, truth, detections).numbers();

    assertThat(numbers.get("AP")).isCloseTo(1, within(ROUNDING));
    assertThat(numbers.get("AR100")).isCloseTo(1, within(ROUNDING));
  }

  @Test
  void nothingDetectedIsZeroAndNothingAnnotatedUndefined() {
    List<TruthObject> none = List.of();
    List<TruthObject> small =
        List.of(new TruthObject(1, 0, 10, 10, 20, 20, 400, TruthObject.Role.COUNTED));
    List<TruthImage> images = List.of(TestingTruth.image(1, none), TestingTruth.image(2, small));
    GroundTruth truth =
        new GroundTruth(images, TestingTruth.categories(2), new AnnotationWarnings());
    List<ImageDetections> nothing = List.of(new ImageDetections(0), new ImageDetections(0));

    Map<String, Double> numbers = evaluate(EvaluationStyle.COCO, truth, nothing).numbers();

    assertThat(numbers).containsEntry("AP", 0.0).containsEntry("APs", 0.0);
    assertThat(numbers).containsEntry("APl", Evaluation.UNDEFINED);
  }

  private static Evaluation evaluate(
      EvaluationStyle style, GroundTruth truth, List<ImageDetections> detections) {
    return evaluate(EvaluationRequest.of("", style), truth, detections);
  }

  private static Evaluation evaluate(
      EvaluationRequest request, GroundTruth truth, List<ImageDetections> detections) {
    ResultFile.Results results =
        new ResultFile.Results(detections, 0, detections.size(), new AnnotationWarnings());
    OracleVariant raw = OracleVariant.raw(OracleVariant.BoxSource.REFINED);
    Oracle oracle = new Oracle(ClassRule.FOCAL, 0, truth.categories().size());
    return new ResultImages(request, truth, results)
        .read(List.of(raw), oracle)
        .evaluations()
        .get(raw);
  }

  private static void requireEqual(String name, EvaluationStyle style) throws Exception {
    GroundTruth truth = truth(name, style);
    List<ImageDetections> detections =
        ResultFile.read(
                file(name, "results"), truth, ImageScope.ALL, () -> new Configuration(false))
            .detections();
    Evaluation evaluation = evaluate(style, truth, detections);
    JsonNode expected = new ObjectMapper().readTree(Path.of(file(name, "expected")).toFile());

    Map<String, Double> numbers = evaluation.numbers();
    assertThat(numbers.keySet())
        .containsExactlyElementsOf(
            expected.get("numbers").properties().stream().map(Map.Entry::getKey).toList());
    numbers.forEach(
        (number, value) ->
            assertThat(value)
                .as(number)
                .isCloseTo(expected.get("numbers").get(number).doubleValue(), within(ROUNDING)));
    for (int category = 0; category < truth.categories().size(); category++) {
      requireEqual(style, evaluation.curves(category), expected, category);
    }
  }

  private static void requireEqual(
      EvaluationStyle style, CategoryCurves curves, JsonNode expected, int category) {
    for (AreaRange range : AreaRange.values()) {
      JsonNode precision = expected.get("precision").get(category).get(range.ordinal());
      JsonNode recall = expected.get("recall").get(category).get(range.ordinal());
      assertThat(curves.isPresent(range)).isEqualTo(precision.get(0).doubleValue() >= 0);
      for (int threshold = 0;
          curves.isPresent(range) && threshold < Grid.THRESHOLD_COUNT;
          threshold++) {
        String where = "category " + category + " " + range + " threshold " + threshold;
        assertThat(mean(curves, range, threshold))
            .as("precision %s", where)
            .isCloseTo(precision.get(threshold).doubleValue(), within(ROUNDING));
        for (int limit = 0; limit < style.limits().size(); limit++) {
          assertThat(curves.recall(range, limit, threshold))
              .as("recall %s", where)
              .isCloseTo(recall.get(limit).get(threshold).doubleValue(), within(ROUNDING));
        }
      }
    }
  }

  private static double mean(CategoryCurves curves, AreaRange range, int threshold) {
    double sum = 0;
    for (int point = 0; point < Grid.RECALL_COUNT; point++) {
      sum += curves.precision(range, threshold, point);
    }
    return sum / Grid.RECALL_COUNT;
  }

  private static GroundTruth truth(String name, EvaluationStyle style) throws Exception {
    return GroundTruthFile.read(file(name, "truth"), style, () -> new Configuration(false));
  }

  static String file(String name, String kind) throws URISyntaxException {
    String resource = name + "." + kind + ".json";
    return Path.of(TestEvaluation.class.getResource(resource).toURI()).toString();
  }
}
