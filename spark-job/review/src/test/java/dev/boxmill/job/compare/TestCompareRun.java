package dev.boxmill.job.compare;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCompareRun {

  private static final Thresholds USUAL = new Thresholds(0.3, 0.5, 0.9);

  private static final Corners PLACE = new Corners(10, 10, 60, 60);
  private static final Corners AGAIN = new Corners(10, 10, 60, 58);
  private static final Corners BESIDE = new Corners(18, 10, 68, 60);
  private static final Corners ELSEWHERE = new Corners(80, 10, 98, 60);

  @TempDir private Path folder;
  private String before;
  private String after;

  @BeforeEach
  void writeLabels() {
    before =
        new TestingLabels("")
            .labeled("file:///n/same.jpg", 100, 80, box("cup", 0.9, PLACE))
            .labeled(
                "file:///n/moved.jpg", 100, 80, box("cup", 0.9, PLACE), box("cup", 0.5, ELSEWHERE))
            .labeled(
                "file:///n/most.jpg",
                100,
                80,
                box("cup", 0.9, PLACE),
                box("cup", 0.85, AGAIN),
                box("<dog>", 0.8, ELSEWHERE),
                box("dog", 0.1, BESIDE))
            .labeled("file:///n/gone.jpg", 100, 80)
            .labeled("file:///n/old.jpg", 100, 80)
            .write(folder.resolve("a"));
    after =
        new TestingLabels("clip")
            .labeled("file:///n/same.jpg", 100, 80, box("cup", 0.8, PLACE))
            .labeled(
                "file:///n/moved.jpg", 100, 80, box("cup", 0.9, BESIDE), box("cup", 0.5, ELSEWHERE))
            .labeled("file:///n/most.jpg", 100, 80, box("mug", 0.9, PLACE))
            .failed("file:///n/gone.jpg", ErrorCategory.STORAGE, "gone")
            .write(folder.resolve("b"));
  }

  @Test
  void countsWhatChanged() {
    assertThat(report(24, Optional.empty()).text())
        .contains("A: " + before + " (detr-resnet-50)\n")
        .contains("B: " + after + " (detr-resnet-50 with clip)\n")
        .contains("Images: 3 images labeled in both, 2 of them differ\n")
        .contains("Left out: 1 image in A alone, 1 image failed in B\n")
        .contains(
            "Objects: 2 kept (as they were), 1 moved (same object, another place),"
                + " 1 class changed (same object, another class), 1 vanished (no box in B),"
                + " 1 still covered (in A alone, by another box of B)\n")
        .containsPattern(
            "class +kept +moved +class changed +appeared +vanished +still covered +doubled\n")
        .containsPattern("all +2 +1 +1 +0 +1 +1 +0\n")
        .containsPattern("<dog> +0 +0 +0 +0 +1 +0 +0\n")
        .containsPattern("cup +2 +1 +1 +0 +0 +1 +0\n")
        .containsPattern("cup → mug +1\n")
        .doesNotContain("AP");
  }

  @Test
  void aFolderGetsThePageAndTheSummaryAsTextAndJson() throws Exception {
    Path output = folder.resolve("report");
    CompareReport report = report(1, Optional.empty());

    assertThat(write(report, output)).isEqualTo("file://" + output + "/compare.html");
    assertThat(output.resolve("compare.txt")).hasContent(report.text());
    JsonNode json = new ObjectMapper().readTree(output.resolve("compare.json").toFile());
    assertThat(json.at("/boxes/class_changed").intValue()).isEqualTo(1);
    assertThat(json.at("/images/both").intValue()).isEqualTo(3);
    assertThat(json.at("/images/failed_in_b").intValue()).isEqualTo(1);
    assertThat(json.at("/per_class/0/label").textValue()).isEqualTo("<dog>");
    assertThat(json.at("/class_changes/0/labels").textValue()).isEqualTo("cup → mug");
    assertThat(json.get("differ_most")).hasSize(1);
    assertThat(json.at("/differ_most/0/image_uri").textValue()).isEqualTo("file:///n/most.jpg");
    assertThat(json.at("/differ_most/0/vanished").intValue()).isEqualTo(1);
    assertThat(json.at("/differ_most/0/difference").doubleValue()).isBetween(1.733, 1.735);
    assertThat(json.at("/boxes/still_covered").intValue()).isEqualTo(1);
    assertThat(json.at("/boxes/vanished").intValue()).isEqualTo(1);
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void thePageShowsBothRunsInOnePicture() throws Exception {
    Path page = folder.resolve("compare.html");

    assertThat(write(report(24, Optional.empty()), page)).isEqualTo("file://" + page);
    assertThat(page)
        .content()
        .contains("2 of 2 images that differ are shown")
        .containsSubsequence("data-name=\"most.jpg\"", "data-name=\"moved.jpg\"")
        .doesNotContain("data-name=\"same.jpg\"")
        .contains(">1 class changed, 1 vanished, 1 still covered</small>")
        .contains("data-label=\"cup → mug\" data-change=\"class changed\"")
        .contains("class=\"box only-detector\"")
        .contains("value=\"kept\" checked>kept")
        .contains("<div class=\"stat\"><dt>Vanished</dt><dd>1 <small>no box in B</small></dd>")
        .contains("class=\"box faint\" data-box=\"1\" data-label=\"cup\" data-change=\"kept\"")
        .contains("value=\"moved\" checked>moved")
        .contains("&lt;dog&gt;")
        .doesNotContain("<dog>")
        .contains("default-src 'none'");
  }

  @Test
  void tellsHowGoodBothAre() throws Exception {
    Path truth =
        Files.writeString(
            folder.resolve("truth.json"),
            """
            {"images": [
              {"id": 1, "file_name": "same.jpg", "width": 100, "height": 80},
              {"id": 2, "file_name": "moved.jpg", "width": 100, "height": 80},
              {"id": 3, "file_name": "most.jpg", "width": 100, "height": 80},
              {"id": 4, "file_name": "gone.jpg", "width": 100, "height": 80},
              {"id": 5, "file_name": "old.jpg", "width": 100, "height": 80}],
             "annotations": [
              {"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 10, 50, 50], "area": 2500},
              {"id": 2, "image_id": 2, "category_id": 3, "bbox": [10, 10, 50, 50], "area": 2500}],
             "categories": [{"id": 3, "name": "cup"}]}
            """);
    Path output = folder.resolve("report");

    CompareReport report = report(24, Optional.of(truth.toString()));
    write(report, output);

    assertThat(report.text())
        .containsPattern(" +A +B +B - A\n")
        .containsPattern("AP +\\d\\.\\d{4} +0\\.\\d{4} +-0\\.\\d{4}\n")
        .containsPattern("APs +- +- +-\n");
    JsonNode json = new ObjectMapper().readTree(output.resolve("compare.json").toFile());
    assertThat(json.at("/a/ground_truth/AP").doubleValue())
        .isGreaterThan(json.at("/b/ground_truth/AP").doubleValue());
  }

  @Test
  void aTableComparedWithItselfDiffersNowhere() throws Exception {
    Path page = folder.resolve("page.html");
    CompareReport report = compare(before, before, new Thresholds(0, 0.5, 0.9));
    write(report, page);

    assertThat(report.text())
        .contains("Images: 5 images labeled in both, 0 of them differ")
        .containsPattern("all +7 +0 +0 +0 +0 +0 +0\n");
    assertThat(page).content().contains("No picture differs.");
  }

  @Test
  void requestsThatCannotWorkAreRefused() throws Exception {
    assertThatThrownBy(() -> report(0, Optional.empty()))
        .hasMessageContaining("Invalid --limit: 0 (must be from 1 to 1000)");
    assertThatThrownBy(() -> new Thresholds(0.3, 0, 0.9))
        .hasMessageContaining("Invalid --match-iou: 0.0 (must be above 0 and at most 1)");
    assertThatThrownBy(() -> new Thresholds(0.3, 0.5, 0.4))
        .hasMessageContaining("Invalid --kept-iou: 0.4 (must be from --match-iou, 0.5, to 1)");
    assertThatThrownBy(() -> new Thresholds(2, 0.5, 0.9))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Invalid --min-score: 2.0 (must be from 0 to 1)");
    Path file = Files.writeString(folder.resolve("note.txt"), "mine");
    assertThatThrownBy(() -> CompareFiles.claim(file.toString(), new Configuration()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot write comparison " + file + ": it is a file");
    assertThat(file).hasContent("mine");
    assertThatThrownBy(() -> compare(before, "/nowhere", USUAL))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot read labels file:///nowhere: there is no such folder");
  }

  @Test
  void runsOverOtherImagesAreRefused() {
    String others =
        new TestingLabels("")
            .labeled("file:///n/other.jpg", 10, 10)
            .write(folder.resolve("others"));

    assertThatThrownBy(() -> compare(before, others, USUAL))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot compare labels: no image is labeled in both");
  }

  private CompareReport report(int limit, Optional<String> truth) {
    return CompareRun.of(
        new CompareRequest(
            before,
            after,
            truth.map(file -> EvaluationRequest.of(file, EvaluationStyle.COCO)),
            USUAL,
            limit),
        TestingSpark.session());
  }

  private static CompareReport compare(String one, String other, Thresholds thresholds) {
    return CompareRun.of(
        new CompareRequest(one, other, Optional.empty(), thresholds, 24), TestingSpark.session());
  }

  private static String write(CompareReport report, Path output) throws IOException {
    return CompareFiles.claim(output.toString(), new Configuration()).write(report);
  }
}
