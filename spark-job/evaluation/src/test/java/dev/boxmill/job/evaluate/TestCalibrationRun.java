package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCalibrationRun {

  private static final int IMAGES = 60;

  @TempDir private Path folder;
  private String labels;
  private String truth;

  /**
   * Boxes whose chance to be right is the square of their score: of one class many, of another few.
   */
  @BeforeEach
  void write() throws IOException {
    Random random = new Random(22);
    TestingLabels table = new TestingLabels("clip:min-size=1.0");
    List<String> images = new ArrayList<>();
    List<String> objects = new ArrayList<>();
    for (int image = 0; image < IMAGES; image++) {
      images.add(
          "{\"id\":%d,\"file_name\":\"%d.jpg\",\"width\":1000,\"height\":100}"
              .formatted(image + 1, image));
      List<LabeledBox> boxes = new ArrayList<>();
      for (int place = 0; place < 9; place++) {
        String name = place == 8 ? "owl" : "cat";
        double score = 0.05 + 0.9 * random.nextDouble();
        int x = 100 * place;
        boxes.add(TestingLabels.box(name, score, new Corners(x, 10, x + 50, 60)));
        int shift = random.nextDouble() < score * score ? 2 : 60;
        objects.add(
            "{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[%d,10,50,50],\"area\":2500}"
                .formatted(objects.size() + 1, image + 1, place == 8 ? 2 : 1, x + shift));
      }
      boxes.sort(Comparator.comparingDouble(LabeledBox::score).reversed());
      table.labeled("file:///x/" + image + ".jpg", 1000, 100, boxes.toArray(LabeledBox[]::new));
    }
    labels = table.write(folder.resolve("labels"));
    record("clip:min-size=1.0");
    truth =
        Files.writeString(
                folder.resolve("truth.json"),
                """
                {"images":[%s],"annotations":[%s],
                 "categories":[{"id":1,"name":"cat"},{"id":2,"name":"owl"}]}
                """
                    .formatted(String.join(",", images), String.join(",", objects)))
            .toString();
  }

  private void record(String refiners) throws IOException {
    Path work = Files.createDirectories(Path.of(labels).resolve("_boxmill"));
    Files.writeString(
        work.resolve("run.json"),
        """
        {"model":"embedded","refiners":"%s","fingerprint":"f",
         "settings":{"detector":"abc123","class-names":"{\\"3\\":\\"cat\\",\\"4\\":\\"owl\\"}"}}
        """
            .formatted(refiners));
  }

  @Test
  void curvesBringScoresNearChancesOnHeldOutImages() throws IOException {
    for (CurveMethod method : CurveMethod.values()) {
      CalibrationReport report = run(method, 100);

      HeldOutErrors errors = report.heldOut().orElseThrow();
      double before = errors.before().detectionError().orElseThrow();
      double after = errors.after().detectionError().orElseThrow();
      assertThat(before).isGreaterThan(0.1);
      assertThat(after).as("%s", method).isLessThan(before / 2);
      assertThat(errors.before().all().total()).isEqualTo(9 * IMAGES);
      JsonNode json = json(report);
      assertThat(json.get("method").textValue()).isEqualTo(method.toString());
      assertThat(json.get("held_out").get("after").get("D-ECE").doubleValue()).isEqualTo(after);
    }
  }

  @Test
  void classWithTooFewBoxesGetsTheCurveOfAll() throws IOException {
    CalibrationReport report = run(CurveMethod.ISOTONIC, 100);
    JsonNode json = json(report);

    assertThat(report.summary())
        .contains("Labels: " + labels + " (embedded with clip:min-size=1.0)")
        .containsPattern("cat +480 +\\d+ +0\\.\\d{3} +isotonic")
        .containsPattern("owl +60 +\\d+ +0\\.\\d{3} +of all classes: fewer than 100 boxes")
        .contains("D-ECE", "LaECE");
    assertThat(json.get("classes").get("cat").has("curve")).isTrue();
    assertThat(json.get("classes").get("owl").has("curve")).isFalse();
    assertThat(json.get("pooled").get("scores")).isNotEmpty();
    assertThat(json(run(CurveMethod.PLATT, 50)).get("classes").get("owl").get("curve")).hasSize(2);
  }

  @Test
  void fileNamesTheDetectorAndItsClasses() throws IOException {
    CalibrationReport report = run(CurveMethod.PLATT, 100);
    JsonNode json = json(report);

    assertThat(json.get("detector_sha256").textValue()).isEqualTo("abc123");
    assertThat(json.get("class_names").toString()).isEqualTo("{\"3\":\"cat\",\"4\":\"owl\"}");
    assertThat(json.get("refiners").textValue()).isEqualTo("clip:min-size=1.0");
    assertThat(report.refiners("c.json"))
        .isEqualTo("--refiner clip:min-size=1.0 --refiner calibrate:file=c.json");
  }

  @Test
  void whatCannotBeCalibratedIsRefused() throws IOException {
    requireRefused("it has 540 boxes that can be judged (must be at least 1000: annotate", 1000);
    Files.writeString(
        Path.of(truth),
        Files.readString(Path.of(truth))
            .replaceAll("\"annotations\":\\[.*\\],", "\"annotations\":[],"));
    requireRefused("none of its 540 boxes is on an object of its class (give annotations", 100);
    record("calibrate:file=x.json,any-detector=false");
    requireRefused("its scores are calibrated already, by calibrate:file=x.json", 100);
    Files.delete(Path.of(labels).resolve("_boxmill/run.json"));
    requireRefused("nothing in it says which detector made it (give the folder that", 100);
    assertThatThrownBy(() -> run(CurveMethod.PLATT, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --least-boxes: 1 (must be 2 or more)");
  }

  private void requireRefused(String reason, int leastBoxes) {
    assertThatThrownBy(() -> run(CurveMethod.ISOTONIC, leastBoxes))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot calibrate labels " + labels + ": " + reason);
  }

  private CalibrationReport run(CurveMethod method, int leastBoxes) {
    EvaluationRequest evaluation = EvaluationRequest.of(truth, EvaluationStyle.COCO);
    return CalibrationRun.of(
        new CalibrationRequest(evaluation, labels, method, leastBoxes), TestingSpark.session());
  }

  private static JsonNode json(CalibrationReport report) throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    report.writeJson(stream);
    return new ObjectMapper().readTree(stream.toByteArray());
  }
}
