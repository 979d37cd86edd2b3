package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports of annotation tools, in short; check_exports.py has the tools' own libraries write them.
 */
final class TestToolExport {

  private static final String LABEL_STUDIO =
      """
      [{"id": 7, "data": {"image": "/data/local-files/?d=set/a%20b.jpg"},
        "annotations": [
          {"id": 1, "was_cancelled": true, "result": []},
          {"id": 2, "was_cancelled": false, "result": [
            {"type": "rectanglelabels", "original_width": 200, "original_height": 100,
             "value": {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0,
                       "rectanglelabels": ["cell"]}},
            {"type": "choices", "value": {"choices": ["sharp"]}}]}],
        "predictions": []},
       {"id": 8, "data": {"image": "/data/upload/3/1a2b3c4d-c.jpg"},
        "annotations": [{"was_cancelled": true, "result": []}],
        "predictions": [{"result": [
            {"original_width": 100, "original_height": 100,
             "value": {"x": 0, "y": 0, "width": 50, "height": 10, "rotation": 90,
                       "rectanglelabels": ["platelet"]}}]}]}]
      """;

  @TempDir private Path folder;

  private GroundTruth read(String name, String content, Reviewed reviewed) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, content);
    return GroundTruthFile.read(
        file.toString(), EvaluationStyle.COCO, reviewed, Configuration::new);
  }

  private static List<String> names(GroundTruth truth) {
    return truth.images().stream().map(TruthImage::fileName).toList();
  }

  private static void assertBox(TruthObject object, double... box) {
    assertThat(new double[] {object.x(), object.y(), object.width(), object.height()})
        .containsExactly(box, within(1e-6));
  }

  @Test
  void labelStudiosTasksAreRead() throws IOException {
    GroundTruth truth = read("tasks.json", LABEL_STUDIO, Reviewed.ALL);

    assertThat(names(truth)).containsExactly("set/a b.jpg", "/data/upload/3/c.jpg");
    assertThat(truth.categories())
        .extracting(TruthCategory::name)
        .containsExactly("cell", "platelet");
    ImageTruth first = truth.images().get(0).truth();
    assertThat(List.of(first.width(), first.height())).containsExactly(200, 100);
    assertThat(first.objects()).hasSize(1);
    assertBox(first.objects().get(0), 20, 20, 60, 40);
    // turned about its upper left corner
    assertBox(truth.images().get(1).truth().objects().get(0), -10, 0, 10, 50);
    assertThat(truth.findings().sentences())
        .contains(
            "1 images that nobody has reviewed: their drafts count as they are",
            "1 polygons and turned boxes: the upright box around each counts");
  }

  @Test
  void onlyReviewedTasksCountWhereAsked() throws IOException {
    GroundTruth truth = read("tasks.json", LABEL_STUDIO, Reviewed.ONLY);
    assertThat(names(truth)).containsExactly("set/a b.jpg");
    assertThat(truth.findings().sentencesOfTools())
        .containsExactly("1 images that nobody has reviewed: left out");
  }

  @Test
  void formsThatDoNotTellWhatWasReviewedAreNamed() throws IOException {
    assertThatThrownBy(() -> read("c.xml", CVAT, Reviewed.ONLY))
        .hasMessageContaining(
            "Invalid --only-reviewed: CVAT's XML does not say which images people have reviewed");
    assertThat(read("c.xml", CVAT, Reviewed.ONLY_WHERE_TOLD).images())
        .hasSameSizeAs(read("c.xml", CVAT, Reviewed.ALL).images());
    assertThat(read("tasks.json", LABEL_STUDIO, Reviewed.ONLY_WHERE_TOLD).images())
        .hasSameSizeAs(read("tasks.json", LABEL_STUDIO, Reviewed.ONLY).images());
    assertThatThrownBy(() -> read("c.json", "{\"images\": [], \"annotations\": []}", Reviewed.ONLY))
        .hasMessageContaining("Invalid --only-reviewed: COCO's form does not say");
  }

  @Test
  void namesThatLabelStudioAddedToAreThoseOfTheFiles() throws IOException {
    String coco =
        """
        {"images": [{"id": 0, "file_name": "images/10e80b34__a.jpg", "coco_url": null,
          "width": 9, "height": 9}],
         "categories": [{"id": 0, "name": "cell"}], "annotations": [],
         "info": {"year": 2026, "tags": [1], "contributor": "%s"}}
        """;
    assertThat(names(read("coco.json", coco.formatted("Label Studio"), Reviewed.ALL)))
        .containsExactly("a.jpg");
    assertThat(names(read("coco.json", coco.formatted("somebody"), Reviewed.ALL)))
        .containsExactly("images/10e80b34__a.jpg");
  }

  private static final String CVAT =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations><version>1.1</version>
        <meta><task><name>people</name><labels>
          <label><name>cell</name></label><label><name>platelet</name></label>
        </labels></task></meta>
        <image id="0" name="set/a.jpg" width="200" height="100">
          <box label="platelet" source="manual" occluded="0" xtl="1.5" ytl="2" xbr="11.5" ybr="22"
            z_order="0"><attribute name="score">0.9</attribute></box>
          <polygon label="cell" points="1,2;5,3;4,9"></polygon>
          <ellipse label="cell" cx="1" cy="1" rx="1" ry="1"/>
        </image>
        <image id="1" name="set/b.jpg" width="50" height="60"></image>
      </annotations>
      """;

  @Test
  void cvatsImagesAreRead() throws IOException {
    GroundTruth truth = read("annotations.xml", CVAT, Reviewed.ALL);

    assertThat(names(truth)).containsExactly("set/a.jpg", "set/b.jpg");
    assertThat(truth.categories())
        .extracting(TruthCategory::name)
        .containsExactly("cell", "platelet");
    List<TruthObject> objects = truth.images().get(0).truth().objects();
    assertThat(objects).extracting(TruthObject::category).containsExactly(0, 1);
    assertBox(objects.get(0), 1, 2, 4, 7);
    assertBox(objects.get(1), 1.5, 2, 10, 20);
    assertThat(truth.images().get(1).truth().width()).isEqualTo(50);
    assertThat(truth.findings().sentences()).contains("1 annotations of other shapes: left out");
  }

  @Test
  void fiftyOnesDetectionsAreReadWithTheirImages() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    ImageIO.write(
        new BufferedImage(80, 40, BufferedImage.TYPE_INT_RGB),
        "png",
        folder.resolve("data/a.png").toFile());
    String labels =
        """
        {"classes": ["cell", "platelet"],
         "labels": {"a": [{"label": "platelet", "bounding_box": [0.25, 0.5, 0.5, 0.25]}]}}
        """;
    GroundTruth truth = read("labels.json", labels, Reviewed.ALL);

    assertThat(names(truth).get(0)).endsWith("data/a.png");
    assertThat(truth.categories()).hasSize(2);
    assertBox(truth.images().get(0).truth().objects().get(0), 20, 20, 40, 10);
    assertThat(
            GroundTruthFile.read(folder.toString(), EvaluationStyle.COCO, Configuration::new)
                .images())
        .hasSize(1);
  }

  @Test
  void fiftyOnesSamplesAreRead() throws IOException {
    String samples =
        """
        {"samples": [{"filepath": "data/a.jpg", "metadata": {"width": 200, "height": 100},
          "predictions": {"_cls": "Detections", "detections": []},
          "ground_truth": {"_cls": "Detections", "detections":
            [{"label": "cell", "bounding_box": [0.1, 0.2, 0.3, 0.4]}]}}]}
        """;
    GroundTruth truth = read("samples.json", samples, Reviewed.ALL);
    assertBox(truth.images().get(0).truth().objects().get(0), 20, 20, 60, 40);
    assertThatThrownBy(
            () -> read("samples.json", samples.replace("ground_truth", "people"), Reviewed.ALL))
        .hasMessageContaining("several fields of detections: people, predictions");
  }

  @Test
  void whatIsDamagedIsNamed() {
    assertThatThrownBy(() -> read("t.json", "[{\"image\": \"a.jpg\"}]", Reviewed.ALL))
        .hasMessageContaining(
            "task [0] has no 'data' (export the project as JSON, not as JSON-MIN)");
    assertThatThrownBy(() -> read("t.json", "[{\"data\": {\"image\": \"a\"}", Reviewed.ALL))
        .hasMessageContaining("t.json: it is no JSON");
    assertThatThrownBy(() -> read("t.xml", "<annotation></annotation>", Reviewed.ALL))
        .hasMessageContaining("it begins with <annotation> (export as 'CVAT for images 1.1')");
    assertThatThrownBy(() -> read("t.xml", "<annotations><image ", Reviewed.ALL))
        .hasMessageContaining("is no XML");
    assertThatThrownBy(
            () -> read("t.xml", CVAT.replace("xtl=\"1.5\"", "xtl=\"left\""), Reviewed.ALL))
        .hasMessageContaining("'xtl' is no number: left");
    assertThatThrownBy(
            () -> read("t.xml", CVAT.replace("<image id=\"0\"", "<track/><image"), Reviewed.ALL))
        .hasMessageContaining("it holds tracks of a video");
    assertThatThrownBy(
            () -> read("labels.json", "{\"classes\": [], \"labels\": {\"a\": []}}", Reviewed.ALL))
        .hasMessageContaining("no image is known for 'a'");
    assertThatThrownBy(() -> read("t.json", "[]", Reviewed.ALL))
        .hasMessageContaining("it has no image that counts");
  }
}
