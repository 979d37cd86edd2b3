package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelTable;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestEvaluationRun {

  private static final ImageSize SIZE = new ImageSize(640, 480);

  /** The label table holds floats. */
  private static final double FLOATS = 1e-6;

  private static final Corners CORNERS = new Corners(1, 1, 9, 9);

  @TempDir Path folder;

  @Test
  void resultFileGivesTheTwelveNumbers() throws Exception {
    EvaluationReport report =
        ofResults(golden("plain", "results"), golden("plain", "truth"), EvaluationStyle.COCO);

    assertThat(report.summary()).contains("AP50").contains("20 images, 67 objects");
    assertThat(report.perCategory()).contains("kind 0");
    requireNumbers(json(report), "plain", 1e-9);
    assertThat(json(report).get("per_class")).hasSize(5);
    try (OutputStream stream = Files.newOutputStream(folder.resolve("curves.csv"))) {
      report.writeCurves(stream);
    }
    assertThat(Files.readAllLines(folder.resolve("curves.csv"))).hasSize(1 + 5 * 10 * 101);
  }

  @Test
  void lvisStyleGivesItsNumbers() throws Exception {
    EvaluationReport report =
        ofResults(
            golden("federated", "results"), golden("federated", "truth"), EvaluationStyle.LVIS);

    requireNumbers(json(report), "federated", 1e-9);
  }

  @Test
  void labelTableGivesTheNumbersOfTheResultFileWithTheSameBoxes() throws Exception {
    writeLabels(goldenRows("plain", "kind %d"), "");
    EvaluationReport report = ofLabels(golden("plain", "truth"));

    assertThat(report.summary())
        .contains("20 images matched by file name")
        .contains("6 of 6 labels matched to categories by name")
        .doesNotContain("refined");
    JsonNode same =
        json(
            ofResults(
                resultsOf(goldenRows("plain", "kind %d")).toString(),
                golden("plain", "truth"),
                EvaluationStyle.COCO));
    for (String name : List.of("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "ARl")) {
      assertThat(json(report).get(name)).as(name).isEqualTo(same.get(name));
    }
  }

  /** The rows as a result file; rounding to floats moves boxes over the borders of areas. */
  private Path resultsOf(List<LabelRow> rows) throws IOException {
    List<String> results = new ArrayList<>();
    for (LabelRow row : rows) {
      String name = row.imageUri().replaceAll(".*/0*(\\d+)\\.jpg", "0$1");
      int image = 10 + 3 * Integer.parseInt(name);
      for (LabeledBox box : ((LabelRow.Labeled) row).boxes()) {
        Corners at = box.corners();
        double width = (double) at.xMax() - at.xMin();
        double height = (double) at.yMax() - at.yMin();
        results.add(
            "{\"image_id\":%d,\"category_id\":%d,\"score\":%s,\"bbox\":[%s,%s,%s,%s]}"
                .formatted(
                    image,
                    box.labelId(),
                    (double) box.score(),
                    (double) at.xMin(),
                    (double) at.yMin(),
                    width,
                    height));
      }
    }
    return Files.writeString(folder.resolve("results.json"), results.toString());
  }

  @Test
  void labelsOfOtherNamesAreMatchedByIdWhereThatIsAskedFor() throws Exception {
    writeLabels(goldenRows("plain", "LABEL_%d"), "");
    EvaluationRequest request =
        EvaluationRequest.of(golden("plain", "truth"), EvaluationStyle.COCO);

    assertThatThrownBy(() -> ofLabels(request))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot match classes to categories: no name agrees (classes: LABEL_0, LABEL_1, LABEL_2,"
                + " LABEL_3, LABEL_4 …; categories: kind 0, kind 1, kind 2, kind 3, kind 4 …; if"
                + " label_id is the id of the category: --match-classes-by id; if names differ:"
                + " --class-map)");
    assertThat(ofLabels(request.withMatching(ClassMatching.ID)).summary())
        .contains("6 of 6 labels matched to categories by id");
  }

  @Test
  void labelsOfOtherNamesAreMatchedByAClassMap() throws Exception {
    EvaluationRequest request =
        EvaluationRequest.of(golden("plain", "truth"), EvaluationStyle.COCO);
    String numbers =
        request(goldenRows("plain", "kind %d"), request).summary().replaceAll("(?s).*\n\n", "");
    writeLabels(goldenRows("plain", "LABEL_%d"), "");
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < 6; i++) {
      names.put("LABEL_" + i, "kind " + i);
    }
    ClassMatching mapped = ClassMatching.by(new ClassMap("map.csv", names));

    assertThat(ofLabels(request.withMatching(mapped)).summary())
        .contains(
            "6 of 6 labels matched to categories by name\n  6 of them by the class map map.csv")
        .endsWith(numbers);
  }

  @Test
  void imagesWithoutAnnotationsAreLeftOutWhereThatIsAskedFor() throws Exception {
    List<LabelRow> rows = new ArrayList<>(twoObjects());
    rows.add(row("file:///x/c.jpg", new LabeledBox(9, "bird", 1, CORNERS, CORNERS)));
    writeLabels(rows, "");
    EvaluationRequest request = EvaluationRequest.of(twoObjectsTruth(), EvaluationStyle.COCO);
    String numbers = request(twoObjects(), request).summary().replaceAll("(?s).*\n\n", "");

    writeLabels(rows, "");
    assertThatThrownBy(() -> ofLabels(request))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot evaluate labels: 1 of its images are not in the ground truth: file:///x/c.jpg"
                + " (evaluate the annotated ones: --annotated-only)");
    assertThat(ofLabels(request.withScope(ImageScope.ANNOTATED)).summary())
        .contains("2 images matched by file name")
        .contains("1 images are not annotated: left out")
        .contains("1 of 1 labels matched")
        .endsWith(numbers);
  }

  @Test
  void ofImagesWithOneBaseNameThePathTellsWhichIsMeant() throws Exception {
    List<LabelRow> rows = new ArrayList<>();
    for (String folder : List.of("test", "train", "val")) {
      for (LabelRow row : twoObjects()) {
        String uri = row.imageUri().replace("/x/", "/x/" + folder + "/");
        LabelRow.Labeled labeled = (LabelRow.Labeled) row;
        rows.add(
            folder.equals("train")
                ? row(uri, labeled.boxes().toArray(LabeledBox[]::new))
                : row(uri));
      }
    }
    String truth = Files.readString(Path.of(twoObjectsTruth()));
    Path inTrain = folder.resolve("train.json");
    Files.writeString(
        inTrain, truth.replace("\"a.jpg", "\"train/a.jpg").replace("\"b.jpg", "\"train/b.jpg"));
    EvaluationRequest request =
        EvaluationRequest.of(inTrain.toString(), EvaluationStyle.COCO)
            .withScope(ImageScope.ANNOTATED);
    String numbers =
        request(twoObjects(), EvaluationRequest.of(twoObjectsTruth(), EvaluationStyle.COCO))
            .summary()
            .replaceAll("(?s).*\n\n", "");

    assertThat(request(rows, request).summary())
        .contains("2 images matched by file name")
        .contains("4 images are not annotated: left out")
        .endsWith(numbers);
    assertThatThrownBy(() -> ofLabels(request.withScope(ImageScope.ALL)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("4 of its images are not in the ground truth");
    assertThatThrownBy(() -> ofLabels(twoObjectsTruth()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("several of its rows mean the same annotated image");
  }

  private EvaluationReport request(List<LabelRow> rows, EvaluationRequest request) {
    writeLabels(rows, "");
    return ofLabels(request);
  }

  @Test
  void refinedLabelsAreReadBeforeAndAfterWithTheOracle() throws Exception {
    writeLabels(twoObjects(), "refinebox");
    EvaluationReport report =
        EvaluationRun.ofLabels(
            EvaluationRequest.of(twoObjectsTruth(), EvaluationStyle.COCO)
                .withOracle(Optional.of(EvaluationRequest.OracleTruth.BOTH)),
            labels(),
            TestingSpark.session());

    assertThat(report.summary() + report.oracle())
        .contains("before AP")
        .contains("after AP")
        .contains("Before refinement, true boxes would add 30.0 AP")
        .contains("true labels would add 50.0 AP: class is the bottleneck")
        .contains("0 of 2 objects had none left");
    JsonNode rows = json(report).get("oracle").get("rows");
    assertThat(ap(rows, "detector", "raw")).isLessThan(ap(rows, "refined", "raw"));
    assertThat(ap(rows, "detector", "boxes")).isCloseTo(0.5, within(FLOATS));
    assertThat(ap(rows, "refined", "labels")).isCloseTo(1, within(FLOATS));
    assertThat(ap(rows, "detector", "both")).isCloseTo(1, within(FLOATS));
  }

  @Test
  void failedImagesCountAsMissed() throws Exception {
    List<LabelRow> rows = new ArrayList<>(twoObjects());
    rows.set(
        0,
        new LabelRow.Failed(
            "file:///x/a.jpg",
            Optional.empty(),
            Optional.empty(),
            ErrorCategory.UNREADABLE,
            "cut off"));
    writeLabels(rows, "");

    assertThat(ofLabels(twoObjectsTruth()).summary())
        .contains("1 images failed: their objects count as missed")
        .contains("AP      0.0000");
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    writeLabels(twoObjects(), "");
    String results = golden("plain", "results");
    String truth = twoObjectsTruth();

    assertThatThrownBy(() -> ofLabels(golden("plain", "truth")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot evaluate labels: none of its images is in the ground truth");
    assertThatThrownBy(() -> ofResults(results, truth, EvaluationStyle.COCO))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("of its images are not in the ground truth: image_id 10");
  }

  @Test
  void lvisStyleNeedsItsLists() throws Exception {
    String results = golden("plain", "results");
    String truth = golden("plain", "truth");

    assertThatThrownBy(() -> ofResults(results, truth, EvaluationStyle.LVIS))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("images[0] has no 'neg_category_ids'");
  }

  /** One box lies half beside its object before refinement; the other has the wrong class. */
  private static List<LabelRow> twoObjects() {
    Corners object = new Corners(100, 100, 200, 200);
    Corners beside = new Corners(110, 110, 210, 210);
    return List.of(
        row("file:///x/a.jpg", new LabeledBox(1, "cat", 0.9f, object, beside)),
        row("file:///x/b.jpg", new LabeledBox(1, "cat", 0.3f, object, object)));
  }

  private String twoObjectsTruth() throws IOException {
    String truth =
        """
        {"images": [
          {"id": 1, "file_name": "a.jpg", "width": 640, "height": 480},
          {"id": 2, "file_name": "b.jpg", "width": 640, "height": 480}],
         "annotations": [
          {"id": 1, "image_id": 1, "category_id": 1, "bbox": [100, 100, 100, 100], "area": 10000},
          {"id": 2, "image_id": 2, "category_id": 2, "bbox": [100, 100, 100, 100], "area": 10000}],
         "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}
        """;
    return Files.writeString(folder.resolve("truth.json"), truth).toString();
  }

  private static LabelRow row(String uri, LabeledBox... boxes) {
    return new LabelRow.Labeled(uri, Optional.of("5ha"), Optional.of(SIZE), List.of(boxes));
  }

  private static List<LabelRow> goldenRows(String name, String label) throws Exception {
    JsonNode results = read(Path.of(golden(name, "results")));
    List<LabelRow> rows = new ArrayList<>();
    for (JsonNode image : read(Path.of(golden(name, "truth"))).get("images")) {
      List<LabeledBox> boxes = new ArrayList<>();
      for (JsonNode result : results) {
        if (result.get("image_id").equals(image.get("id"))) {
          boxes.add(box(result, label));
        }
      }
      boxes.sort(Comparator.comparingDouble(LabeledBox::score).reversed());
      rows.add(
          row(
              "s3a://photos/" + image.get("file_name").textValue(),
              boxes.toArray(LabeledBox[]::new)));
    }
    return rows;
  }

  private static LabeledBox box(JsonNode result, String label) {
    float[] box = new float[4];
    for (int side = 0; side < box.length; side++) {
      box[side] = result.get("bbox").get(side).floatValue();
    }
    Corners corners = new Corners(box[0], box[1], box[0] + box[2], box[1] + box[3]);
    int id = result.get("category_id").intValue();
    float score = result.get("score").floatValue();
    return new LabeledBox(id, label.formatted((id - 1) / 2), score, corners, corners);
  }

  private void writeLabels(List<LabelRow> rows, String refiners) {
    RunColumns run = new RunColumns("test", refiners, "f00d");
    List<Row> table = rows.stream().map(row -> LabelRows.row(row, run, Instant.EPOCH)).toList();
    TestingSpark.session()
        .createDataFrame(table, LabelTable.schema())
        .write()
        .mode("overwrite")
        .parquet(labels());
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }

  private static void requireNumbers(JsonNode found, String name, double tolerance)
      throws Exception {
    JsonNode expected = read(Path.of(golden(name, "expected"))).get("numbers");
    assertThat(expected.size()).isGreaterThan(11);
    for (Map.Entry<String, JsonNode> number : expected.properties()) {
      assertThat(found.get(number.getKey()).doubleValue())
          .as(number.getKey())
          .isCloseTo(number.getValue().doubleValue(), within(tolerance));
    }
  }

  private static double ap(JsonNode rows, String boxes, String truth) {
    for (JsonNode row : rows) {
      if (row.get("boxes").textValue().equals(boxes)
          && row.get("truth").textValue().equals(truth)) {
        return row.get("AP").doubleValue();
      }
    }
    throw new AssertionError("no row " + boxes + " " + truth);
  }

  private static JsonNode read(Path json) throws IOException {
    return new ObjectMapper().readTree(json.toFile());
  }

  private static String golden(String name, String kind) throws URISyntaxException {
    String resource = name + "." + kind + ".json";
    return Path.of(TestEvaluationRun.class.getResource(resource).toURI()).toString();
  }

  private EvaluationReport ofLabels(String truth) {
    return ofLabels(EvaluationRequest.of(truth, EvaluationStyle.COCO));
  }

  private EvaluationReport ofLabels(EvaluationRequest request) {
    return EvaluationRun.ofLabels(request, labels(), TestingSpark.session());
  }

  private static EvaluationReport ofResults(String results, String truth, EvaluationStyle style) {
    return EvaluationRun.ofResults(EvaluationRequest.of(truth, style), results, Configuration::new);
  }

  private JsonNode json(EvaluationReport report) throws IOException {
    Path file = folder.resolve("numbers.json");
    try (OutputStream stream = Files.newOutputStream(file)) {
      report.writeJson(stream);
    }
    return read(file);
  }
}
