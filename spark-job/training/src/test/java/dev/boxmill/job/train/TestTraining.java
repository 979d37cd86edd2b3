package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.run.TestingOutcome;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.refiners.refinebox.training.InitialParameters;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.torchscript.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small trainings over the embedded detector, on drawn scenes. */
final class TestTraining {

  @TempDir private static Path scenes;
  @TempDir private Path folder;

  @BeforeAll
  static void draw() throws IOException {
    SceneFolder.write(scenes.resolve("s"), 30, 11);
  }

  private static TrainingSettings settings(int epochs, double learningRate) {
    return new TrainingSettings(
        epochs, 10, learningRate, 0, 0.9, 0.5, 0.5, List.of(0.8, 1.0), 0.3, 3, 1);
  }

  private static LabelSettings embedded() {
    return LabelSettings.DEFAULTS
        .withRefiners(List.of(LabelSettings.NO_REFINER))
        .withPrecision(Precision.FP32)
        .withMinScore(0);
  }

  private TrainingRequest request(String output, int epochs, double learningRate) {
    return new TrainingRequest(
        List.of(scenes.resolve("s/images").toString()),
        truth(),
        ClassMatching.NAME,
        embedded(),
        folder.resolve(output).toString(),
        ExistingTraining.RESUME,
        Duration.ZERO,
        Optional.empty(),
        settings(epochs, learningRate));
  }

  private static String truth() {
    return scenes.resolve("s/annotations.json").toString();
  }

  private static TrainingOutcome train(TrainingRequest request, PrintStream console)
      throws IOException {
    return new Training(TestingSpark.session(), request, console).run();
  }

  private static PrintStream quiet() {
    return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
  }

  @Test
  void aTrainingLowersTheLossAndLeavesAllItsFiles() throws Exception {
    TrainingOutcome outcome = train(request("out", 3, 5e-4), quiet());

    List<EpochResult> results = outcome.results();
    assertThat(results).hasSize(3);
    assertThat(results.get(2).loss()).isLessThan(results.get(0).loss());
    assertThat(results.get(0).detectorAp()).isBetween(0.6, 1.0);
    assertThat(results.get(2).ap()).isBetween(0.0, 1.0);
    assertThat(results).anyMatch(EpochResult::best);
    Path out = folder.resolve("out");
    assertThat(Files.size(out.resolve("refinebox.safetensors"))).isGreaterThan(1_000_000);
    // a checksum beside a file is out of step with it when a kill comes between the two
    try (Stream<Path> files = Files.walk(out)) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("."));
    }
    assertThat(Files.readString(out.resolve("curve.csv"))).hasLineCount(4);
    String provenance = Files.readString(out.resolve("training.json"));
    assertThat(provenance).contains("\"learning_rate\" : 5.0E-4", "\"detector\" : \"embedded\"");
    String[] hashes = provenance.split("\"frozen_(before|after)\" : ");
    assertThat(hashes[1].substring(0, 66)).isEqualTo(hashes[2].substring(0, 66)).startsWith("\"");
    var svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(out.resolve("curve.svg").toFile());
    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(3);
    assertThat(outcome.summary()).contains("AP of the detector alone").contains("Weights: ");
  }

  @Test
  void labelUsesWhatWasTrained() throws Exception {
    train(request("out", 1, 5e-4), quiet());
    TestingOutcome labeled =
        TestingRun.samples(folder.resolve("labels"))
            .refiners("refinebox:weights=" + folder.resolve("out/refinebox.safetensors"))
            .precision(Precision.AUTO)
            .run(new DetectorLabelerProvider());
    assertThat(labeled.summary()).contains("12 images: 12 labeled, 0 failed");
  }

  @Test
  void oneTaskAndThreeGiveTheSameGradient() {
    Configuration hadoop = TestingSpark.session().sparkContext().hadoopConfiguration();
    FrozenDetector detector = FrozenDetector.of(embedded(), hadoop);
    GroundTruth truth = GroundTruthFile.read(truth(), EvaluationStyle.COCO, () -> hadoop);
    TrainingSet set =
        TrainingSet.of(
            truth,
            TrainingSet.files(
                TestingSpark.session(), List.of(scenes.resolve("s/images").toString())),
            detector.classNames(),
            ClassMatching.NAME,
            0.1);
    List<ImageGroup> groups = ImageGroup.unaugmented(set.training());
    float[] row = InitialParameters.draw(ParameterLayout.of(detector.featureChannels()), 1);
    PartialGradient one = job(1, detector).gradient(groups, row);
    PartialGradient three = job(3, detector).gradient(groups, row);

    assertThat(groups).hasSizeGreaterThan(2);
    assertThat(one.boxes()).isEqualTo(three.boxes()).isGreaterThan(20);
    double largest = 0;
    for (double value : one.mean()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isGreaterThan(1e-3);
    assertThat(three.mean()).containsExactly(one.mean(), within(1e-9));
  }

  private static TrainingJob job(int slots, FrozenDetector detector) {
    return new TrainingJob(
        JavaSparkContext.fromSparkContext(TestingSpark.session().sparkContext()), slots, detector);
  }

  @Test
  void aTrainingThatBrokeOffGoesOnToTheSameWeights() throws Exception {
    Path images = copyOfScenes();
    Files.writeString(trainingImage(images), "no picture");
    train(over(images, request("whole", 2, 5e-4)), quiet());
    TrainingRequest broken = over(images, request("broken", 2, 5e-4));
    for (int time : List.of(1, 2)) {
      assertThatThrownBy(() -> train(broken, breakingAtLostImage(time))).hasMessage("broken off");
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    train(broken, new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(said.toString(StandardCharsets.UTF_8)).contains("Goes on at epoch 2, step ");
    for (String file : List.of("refinebox.safetensors", "curve.csv")) {
      assertThat(folder.resolve("broken").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
    }
  }

  /** A console that breaks the run off in the middle of an epoch: where it is told of an image. */
  private static PrintStream breakingAtLostImage(int time) {
    return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8) {
      private int loaded;

      @Override
      public void println(String line) {
        if (line.startsWith("Cannot use") && ++loaded == time) {
          throw new IllegalStateException("broken off");
        }
      }
    };
  }

  @Test
  void anotherTrainingInTheFolderIsRefusedUnlessItMayGo() throws Exception {
    train(request("out", 1, 5e-4), quiet());
    assertThatThrownBy(() -> train(request("out", 1, 1e-4), quiet()))
        .hasMessageContaining("Cannot train into ")
        .hasMessageContaining(
            "another training lies there, with learning-rate 5.0E-4, now 1.0E-4 (name another"
                + " folder, or --overwrite)");
    assertThat(train(replacing(request("out", 1, 1e-4)), quiet()).results()).hasSize(1);
    Files.createDirectories(folder.resolve("photos"));
    Files.writeString(folder.resolve("photos/mine.txt"), "keep");
    assertThatThrownBy(() -> train(replacing(request("photos", 1, 1e-4)), quiet()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("something else lies there");
    assertThat(folder.resolve("photos/mine.txt")).exists();
  }

  private static TrainingRequest replacing(TrainingRequest request) {
    return new TrainingRequest(
        request.inputs(),
        request.groundTruth(),
        request.matching(),
        request.detector(),
        request.output(),
        ExistingTraining.REPLACE,
        request.saveEvery(),
        request.startFrom(),
        request.settings());
  }

  @Test
  void aTrainingThatFailsSparesTheOneThatItIsToReplace() throws Exception {
    train(request("out", 1, 5e-4), quiet());
    byte[] best = Files.readAllBytes(folder.resolve("out/refinebox.safetensors"));

    assertThatThrownBy(
            () -> train(startingFrom(hugeWeights(), replacing(request("out", 2, 1e-4))), quiet()))
        .hasMessageContaining("The loss of [file://");

    assertThat(folder.resolve("out/refinebox.safetensors")).hasBinaryContent(best);
    assertThat(train(request("out", 1, 5e-4), quiet()).results()).hasSize(1);
    assertThat(train(replacing(request("out", 1, 1e-4)), quiet()).results()).hasSize(1);
    assertThat(folder.resolve(".out-overwrite")).doesNotExist();
    assertThat(folder.resolve("out/refinebox.safetensors")).isNotEmptyFile();
  }

  private Path hugeWeights() {
    Configuration hadoop = TestingSpark.session().sparkContext().hadoopConfiguration();
    ParameterLayout layout =
        ParameterLayout.of(FrozenDetector.of(embedded(), hadoop).featureChannels());
    float[] row = InitialParameters.draw(layout, 1);
    for (int i = 0; i < row.length; i++) {
      row[i] *= 1e30f;
    }
    Path file = folder.resolve("huge.safetensors");
    SafetensorsWriter.write(file, layout.tensors(row), Map.of());
    return file;
  }

  private static TrainingRequest startingFrom(Path weights, TrainingRequest request) {
    return new TrainingRequest(
        request.inputs(),
        request.groundTruth(),
        request.matching(),
        request.detector(),
        request.output(),
        request.existing(),
        request.saveEvery(),
        Optional.of(weights),
        request.settings());
  }

  @Test
  void moreEpochsGoOnFromWhereATrainingStands() throws Exception {
    train(request("out", 1, 5e-4), quiet());
    ByteArrayOutputStream said = new ByteArrayOutputStream();

    TrainingOutcome outcome =
        train(request("out", 2, 5e-4), new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(said.toString(StandardCharsets.UTF_8)).contains("Goes on at epoch 2, step 0 of");
    assertThat(outcome.results()).extracting(EpochResult::epoch).containsExactly(1, 2);
  }

  @Test
  void damagedStateIsNamedWithItsRemedy() throws Exception {
    train(request("out", 1, 5e-4), quiet());
    Path state = folder.resolve("out/_state");
    Path tensors;
    try (Stream<Path> files = Files.list(state)) {
      tensors = files.filter(file -> file.toString().endsWith(".safetensors")).findAny().get();
    }
    Files.write(tensors, new byte[] {1, 2, 3});
    assertRefused("its file " + TestingSpark.uri(tensors) + " is damaged: ");
    Files.delete(tensors);
    assertRefused("its file " + TestingSpark.uri(tensors) + " is damaged: it does not exist");
    for (String place : List.of("", "{", "null", "{\"epoch\": 7}", "[]")) {
      Files.writeString(state.resolve("place.json"), place);
      assertRefused("its file " + TestingSpark.uri(state.resolve("place.json")) + " is damaged: ");
    }
    Files.writeString(folder.resolve("out/training.json"), "{");
    assertThatThrownBy(() -> train(request("out", 1, 5e-4), quiet()))
        .hasMessageContaining("training.json is missing or damaged (name another folder, or");
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(() -> train(request("out", 2, 5e-4), quiet()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            "Cannot go on with the training in " + TestingSpark.uri(folder.resolve("out")) + ": ")
        .hasMessageContaining(reason)
        .hasMessageContaining("(--overwrite starts from the beginning; ");
  }

  @Test
  void aKillInTheFirstWriteLeavesAFolderThatHeals() throws Exception {
    Files.createDirectories(folder.resolve("out/_state"));
    Files.writeString(folder.resolve("out/_state/.owner.unfinished"), "half");
    Files.writeString(folder.resolve("out/.training.json.unfinished"), "{ half");

    assertThat(train(request("out", 1, 5e-4), quiet()).results()).hasSize(1);
  }

  @Test
  void anotherTrainingThatTakesTheFolderStopsThisOne() throws Exception {
    Path images = copyOfScenes();
    Files.writeString(trainingImage(images), "no picture");
    PrintStream taking =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            try {
              Files.writeString(folder.resolve("out/_state/owner"), "another");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };

    assertThatThrownBy(() -> train(over(images, request("out", 1, 5e-4)), taking))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("another training writes there now (one at a time; name another");
    assertThat(folder.resolve("out/refinebox.safetensors")).doesNotExist();
  }

  @Test
  void adviceFollowsFromWhatTheWeightsDo() {
    assertThat(outcome(0.887, 0.901).summary())
        .contains("AP of the detector alone 0.8870, with the refiner of epoch 1 0.9010, on 9 held-")
        .contains("They gain 0.0140 AP. Use them: ")
        .endsWith("Check on other images first: these are few, and the epoch was chosen by them\n");
    assertThat(outcome(0.887, 0.565).summary())
        .contains("They make boxes worse: they lose 0.3220 AP. Do not use them; train longer or on")
        .contains("this was 1 epoch of 21 images. The embedded detector's own refiner took")
        .doesNotContain("Use them:");
    assertThat(outcome(0.887, 0.8872).summary()).contains("They change nothing that these images");
  }

  private static TrainingOutcome outcome(double detectorAp, double ap) {
    EpochResult result = new EpochResult(1, 3, 1e-4, 0.5, detectorAp, ap, true);
    return new TrainingOutcome("file:///out", List.of(result), 21, 9);
  }

  @Test
  void picturesThatCannotBeUsedAreNamedAndTheRestIsTrainedOn() throws Exception {
    Path images = copyOfScenes();
    Path broken = trainingImage(images);
    Files.writeString(broken, "no picture");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    TrainingOutcome outcome =
        train(
            over(images, request("out", 1, 5e-4)),
            new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(outcome.results()).hasSize(1);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("Cannot use " + TestingSpark.uri(broken) + ": ");
  }

  private Path copyOfScenes() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    try (var all = Files.list(scenes.resolve("s/images"))) {
      for (Path image : all.toList()) {
        Files.copy(image, images.resolve(image.getFileName()));
      }
    }
    return images;
  }

  private static TrainingRequest over(Path images, TrainingRequest request) {
    return new TrainingRequest(
        List.of(images.toString()),
        request.groundTruth(),
        request.matching(),
        request.detector(),
        request.output(),
        request.existing(),
        request.saveEvery(),
        request.startFrom(),
        request.settings());
  }

  /** One that is not held out. */
  private Path trainingImage(Path images) {
    Configuration hadoop = TestingSpark.session().sparkContext().hadoopConfiguration();
    GroundTruth truth = GroundTruthFile.read(truth(), EvaluationStyle.COCO, () -> hadoop);
    TrainingSet set =
        TrainingSet.of(
            truth,
            TrainingSet.files(TestingSpark.session(), List.of(images.toString())),
            FrozenDetector.of(embedded(), hadoop).classNames(),
            ClassMatching.NAME,
            0.3);
    String uri = set.training().get(0).file().uri();
    return images.resolve(uri.substring(uri.lastIndexOf('/') + 1));
  }

  @Test
  void theLearningRateGrowsStaysAndDrops() {
    TrainingSettings settings =
        new TrainingSettings(1, 10, 1e-3, 4, 0.5, 0, 0.5, List.of(1.0), 0.1, 0, 1);
    assertThat(settings.learningRate(0, 20)).isCloseTo(2.5e-4, within(1e-12));
    assertThat(settings.learningRate(3, 20)).isEqualTo(1e-3);
    assertThat(settings.learningRate(9, 20)).isEqualTo(1e-3);
    assertThat(settings.learningRate(10, 20)).isEqualTo(1e-4);
  }

  @Test
  void settingsThatCannotWorkAreRefusedByName() {
    assertThatThrownBy(() -> settings(0, 1e-4))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Invalid --epochs: 0 (must be at least 1)");
    for (double rate : List.of(Double.NaN, Double.POSITIVE_INFINITY, 1e38, -1.0, 0.0)) {
      assertThatThrownBy(() -> settings(1, rate))
          .hasMessage("Invalid --learning-rate: " + rate + " (must be over 0 and no more than 1)");
    }
    assertThatThrownBy(
            () -> new TrainingSettings(1, 10, 1e-3, 0, 0.5, 0, 0.5, List.of(9.0), 0.1, 0, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Invalid --scales: 9.0");
    assertThatThrownBy(
            () -> new TrainingSettings(1, 10, 1e-3, 0, 0.5, 0, 0.5, List.of(1.0), 0.1, 0, 0))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --first-move: 0.0 (must be over 0 and no more than 1)");
  }
}
