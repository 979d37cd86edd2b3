package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small Grounding DINO with random weights labels drawn scenes. */
final class TestLabelByWords {

  /** make_golden_grounding_dino.py made it. */
  private static final Path GOLDEN =
      Path.of("../../detector/detr/src/test/resources/golden").toAbsolutePath().normalize();

  private static final Path DETECTOR = GOLDEN.resolve("grounding-dino");

  @TempDir private Path folder;
  private Path scenes;
  private Path labels;

  @BeforeEach
  void draw() {
    scenes = folder.resolve("scenes");
    labels = folder.resolve("labels");
    TestingCommand drawn =
        TestingCommand.run("scenes", "--count", "3", "--seed", "7", "--output", scenes.toString());
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
  }

  @Test
  void aPromptsPhrasesAreTheClasses() throws IOException {
    TestingCommand run = label("--prompt", "red apple. forklift. person with helmet");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("3 images: 3 labeled, 0 failed");
    assertThat(found())
        .isNotEmpty()
        .isSubsetOf("0 red apple", "1 forklift", "2 person with helmet");
    assertThat(rows("select count(distinct fingerprint) from labels")).containsExactly("1");
    JsonNode settings = settings();
    assertThat(settings.get("prompt").asText())
        .isEqualTo(
            "{\"red apple\":[\"red apple\"],\"forklift\":[\"forklift\"],"
                + "\"person with helmet\":[\"person with helmet\"]}");
    assertThat(settings.get("class-names").asText())
        .isEqualTo("{\"0\":\"red apple\",\"1\":\"forklift\",\"2\":\"person with helmet\"}");
  }

  @Test
  void theSamePromptGoesOnAndAnotherIsRefused() throws IOException {
    Path second = folder.resolve("scenes/images/scene-000001.jpg");
    Path later = folder.resolve("later.jpg");
    Files.move(second, later);
    assertThat(label("--prompt", "red apple. dog").out()).contains("2 images: 2 labeled");

    Files.move(later, second);
    TestingCommand other = label("--prompt", "red apple. cat");
    assertThat(other.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("it holds labels made with").contains("prompt");
    TestingCommand threshold = label("--prompt", "red apple. dog", "--text-threshold", "0.5");
    assertThat(threshold.exitCode()).isEqualTo(ExitCode.BAD_INPUT);

    TestingCommand same = label("--prompt", "red apple. dog");
    assertThat(same.exitCode()).as(same.err()).isZero();
    assertThat(rows("select count(*), count(distinct fingerprint) from labels"))
        .containsExactly("3 1");
  }

  @Test
  void aFileGivesClassesSeveralPhrases() throws IOException {
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.txt"), "fruit: red apple, pears\n\nlift: forklift\n");
    TestingCommand run = label("--prompts", prompts.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(found()).isNotEmpty().isSubsetOf("0 fruit", "1 lift");

    Path json = Files.writeString(folder.resolve("p.json"), settings().get("prompt").asText());
    TestingCommand again = label("--prompts", json.toString());
    assertThat(again.exitCode()).as(again.err()).isZero();
  }

  @Test
  void whatTakesSeveralPassesOrSharesAPhraseIsSaid() throws IOException {
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.json"),
            """
            {"fruit": ["red apple", "green apple in a car on the dog", "pear on a dog in a car"],
             "lift": "forklift with red traffic light and a green traffic light",
             "thing": ["Red apple", "person with helmet in a car with a dog"]}
            """);
    TestingCommand run = label("--prompts", prompts.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            "Prompt: 6 phrases are more than the detector reads at once, so it reads them in 2"
                + " passes: for each image the backbone runs once, all behind it 2 times")
        .contains("Prompt: classes fruit, thing share the phrase");
    assertThat(found()).isNotEmpty();
  }

  @Test
  void refinersSeeItAsAnyDetector() {
    assertThat(
            label("--prompt", "red apple. forklift", "--refiner", "merge-duplicates:across=true")
                .exitCode())
        .isZero();
    long merged = Long.parseLong(rows("select sum(box_count) from labels").get(0));
    Path all = folder.resolve("all");
    assertThat(label(all, "--prompt", "red apple. forklift").exitCode()).isZero();
    long found = Long.parseLong(rows(all, "select sum(box_count) from labels").get(0));
    assertThat(merged).isPositive().isLessThan(found);

    TestingCommand refined =
        TestingCommand.run(
            "refine",
            "--labels",
            all.toString(),
            "--output",
            folder.resolve("refined").toString(),
            "--refiner",
            "merge-duplicates:across=true");
    assertThat(refined.exitCode()).as(refined.err()).isZero();
    assertThat(rows(folder.resolve("refined"), "select sum(box_count) from labels"))
        .containsExactly(String.valueOf(merged));
  }

  @Test
  void aRefineBoxIsTrainedOverItAndApplied() {
    String images = scenes.resolve("images").toString();
    Path refiner = folder.resolve("refiner");
    TestingCommand trained =
        TestingCommand.run(
            "train-refiner",
            "--input",
            images,
            "--ground-truth",
            scenes.resolve("annotations.json").toString(),
            "--output",
            refiner.toString(),
            "--detector",
            DETECTOR.toString(),
            "--prompt",
            "box. cup. fish. gear. leaf. star",
            "--epochs",
            "1",
            "--validation-share",
            "0.4");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    TestingCommand run =
        label(
            "--prompt",
            "box. cup. fish. gear. leaf. star",
            "--refiner",
            "refinebox:weights=" + refiner.resolve("refinebox.safetensors"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(
            rows(
                "select count(*) > 0 from (select explode(boxes) b from labels)"
                    + " where b.x_min <> b.detector_x_min"))
        .containsExactly("true");
  }

  @Test
  void whatCannotWorkIsNamedBeforeAnythingIsLabeled() throws IOException {
    assertThat(refusal())
        .contains("Missing --prompt: " + DETECTOR + " finds what it is asked for (name that, as");
    assertThat(refusal("--prompt", " . "))
        .contains("Invalid prompt: ' . ' (must be phrases with periods between them)");
    assertThat(refusal("--prompt", "cat", "--prompts", "file"))
        .contains("Cannot take both --prompt and --prompts");
    assertThat(refusal("--prompts", "nowhere.txt")).contains("Cannot read prompts nowhere.txt");
    assertThat(refusal("--text-threshold", "0.3"))
        .contains("Cannot take --text-threshold without a prompt");
    assertThat(refusal("--prompt", "cat", "--text-threshold", "3"))
        .contains("Invalid --text-threshold: 3.0");
    assertThat(refusal("--prompt", "😀")).contains("Invalid phrase of class '😀'");
    Path names = Files.writeString(folder.resolve("names"), "cat\n");
    assertThat(refusal("--prompt", "cat", "--class-names", names.toString()))
        .contains("Invalid --class-names: the prompt names the classes");
    assertThat(prompts("fruit: red apple\nlift:\n"))
        .contains("Invalid class 'lift': it has no words (must have one phrase at least)");
    assertThat(prompts("{\"fruit\": []}")).contains("Invalid class 'fruit': it has no words");
    assertThat(prompts("{\"fruit\": [1]}"))
        .contains("Invalid class 'fruit': [1] (must be a phrase, or a list of phrases)");
    assertThat(prompts("{\"a\": \"cat\", \"a\": \"dog\"}")).contains("Duplicate field 'a'");
    assertThat(prompts("")).contains("Invalid prompt: no class");
    assertThat(labels).doesNotExist();
  }

  @Test
  void aDetectorThatDoesNotReadTakesNoPrompt() {
    TestingCommand run =
        TestingCommand.run(
            new DetectorLabelerProvider(),
            "label",
            "--output",
            labels.toString(),
            "--prompt",
            "cat");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("Invalid --prompt: ").contains("does not read");
  }

  @Test
  void itIsNotTrained() {
    TestingCommand run =
        TestingCommand.run(
            "train-detector",
            "--input",
            scenes.resolve("images").toString(),
            "--ground-truth",
            scenes.resolve("annotations.json").toString(),
            "--output",
            folder.resolve("trained").toString(),
            "--detector",
            DETECTOR.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err())
        .contains("Cannot train " + DETECTOR + ": detectors that read are not trained here");
  }

  @Test
  void aMissingTokenizerIsNamed() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (String file : List.of("config.json", "processor_config.json", "model.safetensors")) {
      Files.copy(DETECTOR.resolve(file), copy.resolve(file));
    }
    TestingCommand run = labelWith(copy, labels, "--prompt", "cat");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err())
        .contains("Missing tokenizer in " + copy + " (must have tokenizer.json or vocab.txt");
  }

  private String prompts(String text) throws IOException {
    return refusal("--prompts", Files.writeString(folder.resolve("prompts"), text).toString());
  }

  private String refusal(String... options) {
    TestingCommand refused = label(options);
    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.BAD_INPUT);
    return refused.err();
  }

  private TestingCommand label(String... options) {
    return label(labels, options);
  }

  private TestingCommand label(Path output, String... options) {
    return labelWith(DETECTOR, output, options);
  }

  private TestingCommand labelWith(Path detector, Path output, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "label",
                "--input",
                scenes.resolve("images").toString(),
                "--output",
                output.toString(),
                "--detector",
                detector.toString()));
    arguments.addAll(Arrays.asList(options));
    return TestingCommand.run(new DetectorLabelerProvider(), arguments.toArray(String[]::new));
  }

  private List<String> found() {
    return rows(
        "select distinct b.label_id, b.label from (select explode(boxes) b from labels) order by"
            + " 1");
  }

  private List<String> rows(String sql) {
    return rows(labels, sql);
  }

  private static List<String> rows(Path table, String sql) {
    TestingSpark.session().read().parquet(table.toString()).createOrReplaceTempView("labels");
    return TestingSpark.session().sql(sql).collectAsList().stream()
        .map(TestLabelByWords::text)
        .toList();
  }

  private static String text(Row row) {
    return String.join(
        " ",
        Stream.iterate(0, i -> i < row.size(), i -> i + 1)
            .map(row::get)
            .map(String::valueOf)
            .toList());
  }

  private JsonNode settings() throws IOException {
    return new ObjectMapper()
        .readTree(labels.resolve("_boxmill/run.json").toFile())
        .get("settings");
  }
}
