package dev.boxmill.job.export;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.export.ExportRequest.ExistingExport;
import dev.boxmill.job.export.ExportRun.Exported;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.job.triage.TriageRequest;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import dev.boxmill.job.triage.TriageRun;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class TestExportRun {

  /** What the page on exports promises, in pixels. */
  private static final double ROUNDING = 0.001;

  /** A name that would break each format if it were not escaped. */
  private static final String HOSTILE = "a<b>&\"'\\\t: #{}%/é\u0001☃.jpg";

  private static final String HOSTILE_LABEL = "tea & \"cup\" </label>: \\ '☃' \u0002";

  private static final Corners FIRST = new Corners(10.25f, 20.5f, 110.123f, 220.456f);
  private static final Corners SECOND = new Corners(0, 1.5f, 33.3333f, 44.4444f);

  @TempDir private Path folder;
  private String labels;

  @BeforeEach
  void writeLabels() {
    labels =
        new TestingLabels("clip")
            .labeled(
                "s3a://photos/2026/" + HOSTILE,
                400,
                300,
                box(HOSTILE_LABEL, 0.9, FIRST),
                box("dog", 0.25, SECOND))
            .labeled("s3a://photos/2026/empty.jpg", 64, 48)
            .labeled(
                "s3a://photos/2026/zoo/over.png",
                100,
                80,
                box("dog", 0.8, new Corners(-5, -6, 101, 60)),
                box("dog", 0.7, new Corners(120, 10, 130, 20)))
            .failed("s3a://photos/2026/broken.jpg", ErrorCategory.UNREADABLE, "cut off")
            .write(folder.resolve("labels"));
  }

  @Test
  void cocoHoldsBoxesInPixelsWithScores() throws Exception {
    JsonNode coco = json(export("coco", "coco.json", "https://x/y"));

    TestingSchemas.requireValid("coco", coco);
    assertThat(coco.get("images")).hasSize(3);
    JsonNode image = coco.get("images").get(0);
    assertThat(image.get("file_name").textValue()).isEqualTo(HOSTILE);
    assertThat(image.get("coco_url").textValue())
        .isEqualTo("https://x/y/a%3Cb%3E%26%22%27%5C%09%3A%20%23%7B%7D%25/%C3%A9%01%E2%98%83.jpg");
    assertThat(coco.get("images").get(1).get("file_name").textValue()).isEqualTo("empty.jpg");
    assertThat(coco.get("annotations")).hasSize(3);
    JsonNode first = coco.get("annotations").get(0);
    assertThat(first.get("id").intValue()).isEqualTo(1);
    assertThat(first.get("image_id").intValue()).isEqualTo(1);
    assertThat(first.get("score").floatValue()).isEqualTo(0.9f);
    requireBox(numbers(first.get("bbox")), FIRST);
    assertThat(numbers(coco.get("annotations").get(2).get("bbox")))
        .as("clipped to its image")
        .containsExactly(0.0, 0.0, 100.0, 60.0);
    assertThat(names(coco.get("categories"), "name"))
        .containsExactlyInAnyOrder("dog", HOSTILE_LABEL);
    assertThat(first.get("category_id").intValue()).isEqualTo(HOSTILE_LABEL.length());
  }

  @Test
  void labelStudioHoldsPercentagesAndAnInterface() throws Exception {
    Path file = export("label-studio", "tasks.json");

    JsonNode tasks = json(file);
    TestingSchemas.requireValid("label-studio", tasks);
    assertThat(tasks).hasSize(3);
    assertThat(tasks.get(0).at("/data/image").textValue()).isEqualTo("s3://photos/2026/" + HOSTILE);
    JsonNode prediction = tasks.get(0).at("/predictions/0");
    assertThat(prediction.get("model_version").textValue()).isEqualTo("detr-resnet-50 + clip");
    assertThat(prediction.get("score").floatValue()).isEqualTo(0.9f);
    JsonNode result = prediction.at("/result/0");
    assertThat(result.at("/value/rectanglelabels/0").textValue())
        .as("a class of the interface")
        .isEqualTo(HOSTILE_LABEL.replace('\u0002', '\uFFFD'));
    double[] box = {
      result.at("/value/x").doubleValue() / 100 * 400,
      result.at("/value/y").doubleValue() / 100 * 300,
      result.at("/value/width").doubleValue() / 100 * 400,
      result.at("/value/height").doubleValue() / 100 * 300
    };
    requireBox(box, FIRST);
    assertThat(tasks.get(1).at("/predictions/0/result")).isEmpty();
    Path config = folder.resolve("tasks.config.xml");
    assertThat(config).content().as("Label Studio refuses a declaration").startsWith("<View>");
    Element view = xml(config);
    assertThat(attributes(view.getElementsByTagName("Label"), "value"))
        .containsExactlyInAnyOrder("dog", HOSTILE_LABEL.replace('\u0002', '\uFFFD'));
  }

  @Test
  void labelStudioFindsImagesBelowTheRoot() throws Exception {
    JsonNode web = json(export("label-studio", "a.json", "https://x/y/"));
    JsonNode store = json(export("label-studio", "b.json", "s3://other"));
    JsonNode local = json(export("label-studio", "c.json", "/data/local-files/?d=photos"));

    assertThat(web.get(2).at("/data/image").textValue()).isEqualTo("https://x/y/zoo/over.png");
    assertThat(store.get(0).at("/data/image").textValue()).isEqualTo("s3://other/" + HOSTILE);
    assertThat(local.get(1).at("/data/image").textValue())
        .isEqualTo("/data/local-files/?d=photos/empty.jpg");
  }

  @Test
  void labelStudioCanOrderTasksByATriage() throws Exception {
    String triage = folder.resolve("triage").toString();
    TriageRun.write(
        new TriageRequest(labels, triage, 0.5, ExistingTriage.REFUSE),
        TestingSpark.session(),
        System.err::println);
    String output = folder.resolve("tasks.json").toString();
    ExportRun.write(
        withTriage("label-studio", output, triage), TestingSpark.session(), System.err::println);

    JsonNode tasks = json(Path.of(output));

    TestingSchemas.requireValid("label-studio", tasks);
    assertThat(tasks).hasSize(3);
    assertThat(tasks.get(0).at("/data/review_priority").doubleValue()).isPositive();
    assertThat(tasks.get(1).at("/data/review_priority").doubleValue()).isZero();
    assertThatThrownBy(() -> withTriage("coco", output, triage))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "Invalid --triage: " + triage + " (must be given with --format label-studio)");
    ExportRequest noTriage = withTriage("label-studio", folder.resolve("x").toString(), labels);
    assertThatThrownBy(() -> ExportRun.write(noTriage, TestingSpark.session(), System.err::println))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "Cannot read triage " + labels + ": it is no triage table (give the folder that");
  }

  private ExportRequest withTriage(String format, String output, String triage) {
    return new ExportRequest(
        labels,
        ExportFormat.named(format),
        output,
        Optional.empty(),
        0,
        Optional.of(triage),
        ExistingExport.REFUSE);
  }

  @Test
  void cvatHoldsCornersAndScores() throws Exception {
    Element annotations = xml(export("cvat", "cvat.xml"));

    assertThat(annotations.getElementsByTagName("version").item(0).getTextContent())
        .isEqualTo("1.1");
    NodeList images = annotations.getElementsByTagName("image");
    assertThat(attributes(images, "name"))
        .containsExactly(
            HOSTILE.replace('\t', '\uFFFD').replace('\u0001', '\uFFFD'),
            "empty.jpg",
            "zoo/over.png");
    Element box = (Element) annotations.getElementsByTagName("box").item(0);
    assertThat(box.getAttribute("label")).isEqualTo(HOSTILE_LABEL.replace('\u0002', '\uFFFD'));
    double xMin = Double.parseDouble(box.getAttribute("xtl"));
    double yMin = Double.parseDouble(box.getAttribute("ytl"));
    double xMax = Double.parseDouble(box.getAttribute("xbr"));
    double yMax = Double.parseDouble(box.getAttribute("ybr"));
    requireBox(new double[] {xMin, yMin, xMax - xMin, yMax - yMin}, FIRST);
    assertThat(box.getElementsByTagName("attribute").item(0).getTextContent()).isEqualTo("0.9");
    assertThat(((Element) images.item(1)).getElementsByTagName("box").getLength()).isZero();
  }

  @Test
  void yoloHoldsALabelFileForEachImage() throws Exception {
    Path yolo = export("yolo", "yolo", "/photos");

    String name = HOSTILE.replace(".jpg", ".txt");
    List<String> lines = Files.readAllLines(Path.of(yolo + "/labels/" + name));
    assertThat(lines).hasSize(2);
    String[] parts = lines.get(0).split(" ");
    double width = Double.parseDouble(parts[3]) * 400;
    double height = Double.parseDouble(parts[4]) * 300;
    double x = Double.parseDouble(parts[1]) * 400 - width / 2;
    double y = Double.parseDouble(parts[2]) * 300 - height / 2;
    requireBox(new double[] {x, y, width, height}, FIRST);
    assertThat(yolo.resolve("labels/empty.txt")).isEmptyFile();
    assertThat(yolo.resolve("data.yaml"))
        .content()
        .contains("nc: 2\n")
        .contains("0: \"dog\"")
        .contains("1: \"tea & \\\"cup\\\" </label>: \\\\ '☃' \\x02\"");
    assertThat(Files.readString(yolo.resolve("images.txt"))).contains("/photos/zoo/over.png\n");
  }

  @Test
  void fiftyOneHoldsRelativeBoxesAndPaths() throws Exception {
    Path fiftyOne = export("fiftyone", "fiftyone", "/photos");

    JsonNode found = json(fiftyOne.resolve("labels.json"));
    TestingSchemas.requireValid("fiftyone", found);
    JsonNode box = found.get("labels").get("1").get(0);
    double[] relative = numbers(box.get("bounding_box"));
    requireBox(
        new double[] {relative[0] * 400, relative[1] * 300, relative[2] * 400, relative[3] * 300},
        FIRST);
    assertThat(box.get("label").textValue()).isEqualTo(HOSTILE_LABEL);
    assertThat(box.get("confidence").floatValue()).isEqualTo(0.9f);
    assertThat(found.get("labels").get("2")).isEmpty();
    JsonNode data = json(fiftyOne.resolve("data.json"));
    assertThat(data.get("1").textValue()).isEqualTo("/photos/" + HOSTILE);
    assertThat(data.get("3").textValue()).isEqualTo("/photos/zoo/over.png");
  }

  @Test
  void whatIsLeftOutIsCounted() throws Exception {
    Exported exported =
        ExportRun.write(
            request(
                "coco",
                folder.resolve("coco.json").toString(),
                Optional.empty(),
                0.5,
                ExistingExport.REFUSE),
            TestingSpark.session(),
            System.err::println);

    assertThat(exported.images()).isEqualTo(3);
    assertThat(exported.boxes()).isEqualTo(2);
    assertThat(exported.failed()).isEqualTo(1);
    assertThat(exported.below()).isEqualTo(1);
    assertThat(exported.outside()).isEqualTo(1);
    JsonNode coco = json(folder.resolve("coco.json"));
    assertThat(coco.get("annotations")).hasSize(2);
    assertThat(coco.get("categories")).as("a class keeps its place").hasSize(2);
  }

  @Test
  void whatIsThereStaysUnlessItIsToBeReplaced() throws Exception {
    for (String format : List.of("coco", "yolo")) {
      String output = export(format, format).toString();

      assertThatThrownBy(() -> run(format, output, ExistingExport.REFUSE))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("it is there already (--overwrite replaces it)");
      run(format, output, ExistingExport.REPLACE);
    }
    assertThat(hidden()).isEmpty();
  }

  @Test
  void aFolderOfSomethingElseIsNeverReplaced() throws Exception {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("novel.txt"), "Once");

    assertThatThrownBy(() -> run("yolo", mine.toString(), ExistingExport.REPLACE))
        .hasMessageContaining("it holds what is no such export (name another folder)");
    assertThatThrownBy(() -> run("coco", mine.toString(), ExistingExport.REPLACE))
        .hasMessageContaining("it is a folder (name a file)");
    assertThat(mine.resolve("novel.txt")).hasContent("Once");
  }

  @Test
  void requestsThatCannotWorkAreRefused() {
    String output = folder.resolve("x").toString();

    assertThatThrownBy(() -> ExportFormat.named("voc"))
        .hasMessageContaining(
            "Unknown --format 'voc' (known: coco, label-studio, cvat, yolo, fiftyone)");
    assertThatThrownBy(() -> request("coco", output, Optional.empty(), 2, ExistingExport.REFUSE))
        .hasMessageContaining("Invalid --min-score: 2.0 (must be a number from 0 to 1)");
    labels = "/nowhere";
    assertThatThrownBy(() -> run("coco", output, ExistingExport.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot read labels file:///nowhere: there is no such");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void aFailedExportLeavesNothing() throws Exception {
    labels =
        new TestingLabels("")
            .labeled("file:///a/same.jpg", 10, 10)
            .labeled("file:///a/same.png", 10, 10)
            .write(folder.resolve("twins"));

    for (String format : List.of("yolo", "cvat")) {
      String output = folder.resolve(format).toString();

      assertThatThrownBy(() -> run(format, output, ExistingExport.REFUSE))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("same.png: another image differs in its extension alone");
      assertThat(folder.resolve(format)).doesNotExist();
    }
    assertThat(hidden()).isEmpty();
  }

  @Test
  void cvatTakesNamesThatBeginAlike() throws Exception {
    List<String> names =
        List.of("a.b.jpg", "a.jpg", "a1.jpg", "b/a.jpg", "b.jpg", "c", "c-1.jpg", "c.d", "d.c.jpg");
    TestingLabels alike = new TestingLabels("");
    names.forEach(name -> alike.labeled("file:///x/" + name, 10, 10));
    labels = alike.write(folder.resolve("alike"));

    assertThatThrownBy(() -> export("cvat", "refused.xml"))
        .hasMessageContaining("annotations of c.d: another image differs in its extension alone");
    labels =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 10, 10)
            .labeled("file:///x/a.b.jpg", 10, 10)
            .labeled("file:///x/b/a.jpg", 10, 10)
            .write(folder.resolve("distinct"));
    NodeList images = xml(export("cvat", "alike.xml")).getElementsByTagName("image");
    assertThat(attributes(images, "name")).containsExactly("a.b.jpg", "a.jpg", "b/a.jpg");
  }

  @Test
  void aClassWithALineBreakIsOneClassInLabelStudio() throws Exception {
    labels =
        new TestingLabels("")
            .labeled("file:///a/b.jpg", 400, 300, box("tea\ncup", 0.9, FIRST))
            .write(folder.resolve("broken-line"));

    JsonNode task = json(export("label-studio", "lines.json")).get(0);

    assertThat(
            attributes(
                xml(folder.resolve("lines.config.xml")).getElementsByTagName("Label"), "value"))
        .containsExactly(task.at("/predictions/0/result/0/value/rectanglelabels/0").textValue());
  }

  @Test
  void labelStudioWarnsOfImagesThatItsPagesCannotOpen() throws Exception {
    labels =
        new TestingLabels("").labeled("file:///a/b.jpg", 10, 10).write(folder.resolve("local"));

    assertThat(warnings("label-studio", Optional.empty()))
        .singleElement()
        .asString()
        .contains("Label Studio will not show the images: its pages cannot open file:///a/b.jpg")
        .contains("--image-root");
    assertThat(warnings("label-studio", Optional.of("https://x/y"))).isEmpty();
    assertThat(warnings("coco", Optional.empty())).isEmpty();
  }

  private List<String> warnings(String format, Optional<String> root) throws IOException {
    List<String> warnings = new ArrayList<>();
    String output = folder.resolve("warned").toString();
    ExportRun.write(
        request(format, output, root, 0, ExistingExport.REPLACE),
        TestingSpark.session(),
        warnings::add);
    return warnings;
  }

  @Test
  void anEmptyTableGivesAnEmptyExport() throws Exception {
    labels =
        new TestingLabels("")
            .failed("file:///a/b.jpg", ErrorCategory.STORAGE, "gone")
            .write(folder.resolve("none"));
    for (String format : List.of("label-studio", "cvat", "yolo", "fiftyone")) {
      export(format, "none-" + format);
    }
    JsonNode coco = json(export("coco", "none-coco"));

    TestingSchemas.requireValid("coco", coco);
    assertThat(coco.get("images")).isEmpty();
    assertThat(coco.get("annotations")).isEmpty();
  }

  @Test
  void imagesComeInTheOrderOfTheirAddresses() throws Exception {
    TestingLabels many = new TestingLabels("");
    for (int i = 199; i >= 0; i--) {
      many.labeled("file:///a/%03d.jpg".formatted(i), 10, 10);
    }
    labels = many.write(folder.resolve("many"));

    List<String> names = names(json(export("coco", "many.json")).get("images"), "file_name");

    assertThat(names).hasSize(200).isSorted();
  }

  private Path export(String format, String name, String... imageRoot) throws IOException {
    Path output = folder.resolve(name);
    Optional<String> root = Arrays.stream(imageRoot).findFirst();
    ExportRequest request = request(format, output.toString(), root, 0, ExistingExport.REFUSE);
    assertThat(ExportRun.write(request, TestingSpark.session(), System.err::println).output())
        .isEqualTo("file://" + output);
    return output;
  }

  private Exported run(String format, String output, ExistingExport existing) throws IOException {
    return ExportRun.write(
        request(format, output, Optional.empty(), 0, existing),
        TestingSpark.session(),
        System.err::println);
  }

  private ExportRequest request(
      String format,
      String output,
      Optional<String> imageRoot,
      double minScore,
      ExistingExport existing) {
    return new ExportRequest(
        labels,
        ExportFormat.named(format),
        output,
        imageRoot,
        minScore,
        Optional.empty(),
        existing);
  }

  private List<Path> hidden() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".")).toList();
    }
  }

  private static void requireBox(double[] xywh, Corners expected) {
    assertThat(xywh[0]).isCloseTo(expected.xMin(), within(ROUNDING));
    assertThat(xywh[1]).isCloseTo(expected.yMin(), within(ROUNDING));
    assertThat(xywh[0] + xywh[2]).isCloseTo(expected.xMax(), within(ROUNDING));
    assertThat(xywh[1] + xywh[3]).isCloseTo(expected.yMax(), within(ROUNDING));
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).doubleValue();
    }
    return numbers;
  }

  private static List<String> names(JsonNode array, String field) {
    List<String> names = new ArrayList<>();
    array.forEach(element -> names.add(element.get(field).textValue()));
    return names;
  }

  private static List<String> attributes(NodeList elements, String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < elements.getLength(); i++) {
      values.add(((Element) elements.item(i)).getAttribute(name));
    }
    return values;
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static Element xml(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }
}
