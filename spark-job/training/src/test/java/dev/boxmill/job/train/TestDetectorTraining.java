package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.run.TestingOutcome;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import dev.boxmill.job.train.DetectorSettings.FrozenPart;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small trainings of the embedded detector, an RT-DETR, on drawn scenes. */
final class TestDetectorTraining {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path scenes;
  @TempDir private Path folder;

  @BeforeAll
  static void draw() throws IOException {
    SceneFolder.write(scenes.resolve("s"), 24, 11);
  }

  private TestingRequest request(String output, TestingSettings settings) {
    return new TestingRequest(
        List.of(scenes.resolve("s/images").toString()),
        scenes.resolve("s/annotations.json").toString(),
        folder.resolve(output).toString(),
        settings.settings());
  }

  private static DetectorOutcome train(DetectorRequest request, PrintStream console)
      throws IOException {
    return new DetectorTraining(TestingSpark.session(), request, console).run();
  }

  private static PrintStream quiet() {
    return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
  }

  @Test
  void aTrainingLeavesADetectorThatLabels() throws Exception {
    DetectorOutcome outcome =
        train(request("out", TestingSettings.of(2).learningRate(1e-5)).build(), quiet());

    assertThat(outcome.results()).hasSize(2);
    assertThat(outcome.before()).isBetween(0.6, 1.0);
    assertThat(outcome.best().ap()).isBetween(0.6, 1.0);
    Path out = folder.resolve("out");
    assertThat(out.toFile().list())
        .containsExactlyInAnyOrder(
            "_state",
            "config.json",
            "preprocessor_config.json",
            "model.safetensors",
            "training.json",
            "curve.csv",
            "curve.svg");
    assertThat(Files.readString(out.resolve("curve.csv")))
        .startsWith("epoch,steps,learning_rate,loss,ap,best,loss_bbox,")
        .hasLineCount(3);
    TestingOutcome labeled =
        TestingRun.samples(folder.resolve("labels"))
            .detector(out.toString())
            .run(new DetectorLabelerProvider());
    assertThat(labeled.summary()).contains("12 images: 12 labeled, 0 failed");
  }

  @Test
  void theSameSeedGivesTheSameWeightsWhoeverSharesABatch() throws Exception {
    TestingSettings settings = TestingSettings.of(5);
    train(request("one", settings).slices(1).build(), quiet());
    train(request("three", settings).slices(3).build(), quiet());
    DetectorRequest sliced = request("sliced", settings).slices(2).build();
    DetectorOutcome outcome =
        new DetectorTraining(TestingSpark.session(), sliced, quiet(), DetectorStart::sliced).run();

    assertThat(outcome.best().steps()).isPositive();
    assertThat(outcome.results().get(4).steps()).isGreaterThanOrEqualTo(10);
    Map<String, FloatBuffer> one = weights("one");
    assertThat(distance(one, start())).isGreaterThan(1e-4);
    assertThat(distance(one, weights("three"))).isLessThan(1e-5);
    assertThat(distance(one, weights("sliced"))).isLessThan(1e-5);
  }

  @Test
  void float16WeightsAreTheTrainedOnesRounded() throws Exception {
    train(request("float32", TestingSettings.of(1)).build(), quiet());
    train(request("float16", TestingSettings.of(1).float16()).build(), quiet());

    Map<String, FloatBuffer> exact = weights("float32");
    Map<String, FloatBuffer> rounded = weights("float16");
    assertThat(distance(exact, rounded)).isPositive();
    for (String name : exact.keySet()) {
      FloatBuffer a = exact.get(name);
      for (int i = 0; i < a.remaining(); i++) {
        assertThat(rounded.get(name).get(i))
            .as(name)
            .isCloseTo(a.get(i), within(Math.max(Math.abs(a.get(i)) * 0x1p-11f, 0x1p-25f)));
      }
    }
    assertThat(Files.size(folder.resolve("float16/model.safetensors")))
        .isLessThan(Files.size(folder.resolve("float32/model.safetensors")) * 6 / 10);
    assertThat(Files.readString(folder.resolve("float16/config.json"))).contains("\"float16\"");
  }

  @Test
  void bfloat16RoundsStepsAndNotParameters() throws Exception {
    TestingSettings settings = TestingSettings.of(1);
    train(request("in-float32", settings).build(), quiet());
    train(request("in-bfloat16", settings).precision(Precision.BF16).build(), quiet());

    Map<String, FloatBuffer> exact = weights("in-float32");
    Map<String, FloatBuffer> rounded = weights("in-bfloat16");
    double learnt = distance(exact, start());
    assertThat(distance(exact, rounded)).isPositive().isLessThan(2.5 * learnt);
    assertThat(distance(rounded, start())).isBetween(learnt / 2, learnt * 2);
    String name = "model.decoder.layers.0.fc1.weight";
    assertThat(Float.floatToRawIntBits(rounded.get(name).get(0)) & 0xffff).isNotZero();
    assertThatThrownBy(() -> train(request("in-bfloat16", settings).build(), quiet()))
        .hasMessageContaining("trained in bf16, now fp32");
  }

  private static Map<String, FloatBuffer> start() {
    return weights(EmbeddedDetector.directory());
  }

  private static double distance(Map<String, FloatBuffer> some, Map<String, FloatBuffer> others) {
    double most = 0;
    for (String name : some.keySet()) {
      FloatBuffer a = some.get(name);
      FloatBuffer b = others.get(name);
      assertThat(b.remaining()).as(name).isEqualTo(a.remaining());
      for (int i = 0; i < a.remaining(); i++) {
        most = Math.max(most, Math.abs((double) a.get(i) - b.get(i)));
      }
    }
    return most;
  }

  @Test
  void aTrainingThatBrokeOffGoesOnToTheSameWeights() throws Exception {
    Path images = copyOfScenes();
    Files.writeString(trainingImage(images), "no picture");
    train(request("whole", TestingSettings.of(2)).inputs(images).build(), quiet());
    DetectorRequest broken = request("broken", TestingSettings.of(2)).inputs(images).build();
    for (int time : List.of(1, 2)) {
      assertThatThrownBy(() -> train(broken, breakingAtLostImage(time))).hasMessage("broken off");
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    train(broken, new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(said.toString(StandardCharsets.UTF_8)).contains("Goes on at epoch 2, step ");
    assertThat(Files.readString(folder.resolve("broken/curve.csv")))
        .isEqualTo(Files.readString(folder.resolve("whole/curve.csv")));
    assertThat(distance(weights("whole"), weights("broken"))).isZero();
  }

  private static PrintStream breakingAtLostImage(int time) {
    return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8) {
      private int lost;

      @Override
      public void println(String line) {
        if (line.startsWith("Cannot use") && ++lost == time) {
          throw new IllegalStateException("broken off");
        }
      }
    };
  }

  /** Spark drops what an executor held when it loses the executor. */
  @Test
  void parametersThatAreLostWithAnExecutorAreReadFromTheLastSave() throws Exception {
    train(request("whole", TestingSettings.of(2)).slices(2).build(), quiet());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream losing =
        new PrintStream(said, true, StandardCharsets.UTF_8) {
          private boolean lost;

          @Override
          public PrintStream printf(String format, Object... arguments) {
            if (format.startsWith("epoch") && !lost) {
              lost = true;
              JavaSparkContext.fromSparkContext(TestingSpark.session().sparkContext())
                  .getPersistentRDDs()
                  .values()
                  .forEach(rdd -> rdd.unpersist(true));
            }
            return super.printf(format, arguments);
          }
        };
    DetectorRequest request = request("lost", TestingSettings.of(2)).slices(2).build();
    new DetectorTraining(TestingSpark.session(), request, losing, DetectorStart::sliced).run();

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("Parameters were lost with an executor: goes on from the last save");
    assertThat(distance(weights("whole"), weights("lost"))).isLessThan(1e-5);
  }

  @Test
  void otherClassesAreLearnedByHeadsOfTheSeed() throws Exception {
    String truth = Files.readString(scenes.resolve("s/annotations.json"));
    Path renamed =
        Files.writeString(
            folder.resolve("renamed.json"),
            truth.replaceAll("\"name\"\\s*:\\s*\"([a-z]+)\"", "\"name\":\"other $1\""));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    DetectorOutcome outcome =
        train(
            request("out", TestingSettings.of(1)).groundTruth(renamed).build(),
            new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("New classes: other ")
        .contains("Random values of --seed 3 for ")
        .contains("model.enc_score_head.weight");
    assertThat(outcome.before()).isNaN();
    assertThat(outcome.summary()).contains("before, the detector had other classes");
    assertThat(Files.readString(folder.resolve("out/config.json"))).contains("\"other ");
    assertThat(Files.readString(folder.resolve("out/training.json"))).contains("\"before\" : null");
    DetectorOutcome more =
        train(request("out", TestingSettings.of(2)).groundTruth(renamed).build(), quiet());
    assertThat(more.results()).hasSize(2);
  }

  @Test
  void frozenPartsStayAsTheyAre() throws Exception {
    train(
        request("out", TestingSettings.of(1).frozen(Set.of(FrozenPart.values()))).build(), quiet());

    Map<String, FloatBuffer> before = start();
    weights("out")
        .forEach(
            (name, values) -> {
              if (name.startsWith("model.backbone.") || name.startsWith("model.encoder")) {
                assertThat(values).as(name).isEqualTo(before.get(name));
              }
            });
    assertThat(distance(weights("out"), before)).isGreaterThan(1e-5);
  }

  @Test
  void aTrainingThatDivergesSaysWhereAndWhatToDo() throws Exception {
    Path detector = folder.resolve("wild");
    Files.createDirectories(detector);
    for (String name : List.of("config.json", "preprocessor_config.json")) {
      Files.copy(EmbeddedDetector.directory().resolve(name), detector.resolve(name));
    }
    try (Checkpoint checkpoint =
        Checkpoint.openFile(EmbeddedDetector.directory().resolve("model.safetensors"))) {
      Map<String, Weight> tensors = new TreeMap<>();
      for (String name : checkpoint.names()) {
        if (name.endsWith("num_batches_tracked")) {
          continue;
        }
        Weight tensor = checkpoint.tensor(name);
        float[] values = new float[tensor.values().remaining()];
        tensor.values().get(values);
        if (name.endsWith("weight")) {
          for (int i = 0; i < values.length; i++) {
            values[i] *= 1e12f;
          }
        }
        tensors.put(name, RowWeight.of(tensor.shape(), values));
      }
      SafetensorsWriter.write(detector.resolve("model.safetensors"), tensors, Map.of());
    }
    assertThatThrownBy(
            () ->
                train(
                    request("out", TestingSettings.of(1))
                        .detector(detector)
                        .classes(ClassChoice.NEW)
                        .build(),
                    quiet()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot go on with the training at epoch 1, step 1: the ")
        .hasMessageContaining("start it again with a lower --learning-rate");
    assertThat(folder.resolve("out/model.safetensors")).doesNotExist();
  }

  @Test
  void weightsThatBreakAreNotKept() {
    assertRefused(
        request("out", TestingSettings.of(1).learningRate(0.5)).build(),
        "Cannot go on with the training at epoch 1, step ");
    assertThat(folder.resolve("out/model.safetensors")).doesNotExist();
  }

  @Test
  void annotationsOfTheirOwnSayWhatIsHeldOut() throws Exception {
    JsonNode truth = JSON.readTree(scenes.resolve("s/annotations.json").toFile());
    ObjectNode held = truth.deepCopy();
    ArrayNode images = held.putArray("images");
    for (int i = 0; i < 6; i++) {
      images.add(truth.get("images").get(i));
    }
    long last = images.get(5).get("id").asLong();
    ArrayNode annotations = held.putArray("annotations");
    truth
        .get("annotations")
        .forEach(
            annotation -> {
              if (annotation.get("image_id").asLong() <= last) {
                annotations.add(annotation);
              }
            });
    Path file = folder.resolve("held.json");
    JSON.writeValue(file.toFile(), held);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    train(
        request("out", TestingSettings.of(1)).validationTruth(file).build(),
        new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(said.toString(StandardCharsets.UTF_8)).contains("18 images to train on, 6 held out");
  }

  @Test
  void whatCannotWorkIsRefusedByName() throws IOException {
    assertRefused(
        request("out", TestingSettings.of(1).batch(64)).build(),
        "Invalid --batch-size: 64 (must be no more than the ");
    String strange =
        "{'images':[{'id':1,'file_name':'1.jpg','width':9,'height':9}],'annotations':[],"
            + "'categories':[{'id':1,'name':'cup'}]}";
    Path none = Files.writeString(folder.resolve("none.json"), strange.replace('\'', '"'));
    assertRefused(
        request("out", TestingSettings.of(1)).groundTruth(none).classes(ClassChoice.NEW).build(),
        "Cannot train: 0 images to train on, 0 held out to validate; left out: 24 images that no");
    String truth = Files.readString(scenes.resolve("s/annotations.json"));
    Path partly =
        Files.writeString(
            folder.resolve("partly.json"), truth.replaceFirst("\"name\":\"", "\"name\":\"my "));
    assertRefused(
        request("out", TestingSettings.of(1)).groundTruth(partly).build(),
        "categories the detector does not know 1: my ");
    Path unknown = Path.of("nowhere");
    assertRefused(request("out", TestingSettings.of(1)).detector(unknown).build(), "nowhere");
  }

  private static void assertRefused(DetectorRequest request, String reason) {
    assertThatThrownBy(() -> train(request, quiet()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aDetectorIsNotTrainedIntoItself() throws Exception {
    train(request("out", TestingSettings.of(1)).build(), quiet());
    assertRefused(
        request("out", TestingSettings.of(1)).detector(folder.resolve("out")).build(),
        "it is the detector itself (name another folder)");
  }

  @Test
  void aWorseDetectorDoesNotTakeAGoodOnesPlace() throws Exception {
    train(request("out", TestingSettings.of(1).learningRate(1e-6)).build(), quiet());
    Map<String, FloatBuffer> good = weights("out");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    DetectorOutcome outcome =
        train(
            request("out", TestingSettings.of(1).learningRate(2e-3)).replacing().build(),
            new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(outcome.summary())
        .contains("It is worse than before: it lost ")
        .contains("Do not use it")
        .doesNotContain("Use it: ");
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("stays: the new detector is worse than what it began with; the new one lies in ");
    assertThat(distance(weights("out"), good)).isZero();
  }

  @Test
  void adviceFollowsFromWhatTheWeightsDo() {
    assertThat(outcome(0.5, 0.6).summary())
        .startsWith("AP before 0.5000; AP of epoch 1 0.6000, on 9 held-out images\nDetector: out\n")
        .contains("It gains 0.1000 AP. Use it: label --detector out\n")
        .endsWith("Check on other images first: these are few, and the epoch was chosen by them\n");
    assertThat(outcome(0.5, 0.4).summary())
        .contains("It is worse than before: it lost 0.1000 AP. Do not use it; train longer")
        .doesNotContain("Use it: ");
    assertThat(outcome(0.5, 0.5001).summary()).contains("It is no better than before");
    assertThat(outcome(Double.NaN, 0.4).summary()).contains("Try it: label --detector out");
    assertThat(outcome(Double.NaN, 0.001).summary()).contains("It finds next to nothing. Do not");
  }

  private static DetectorOutcome outcome(double before, double ap) {
    DetectorEpoch epoch = new DetectorEpoch(1, 3, 1e-4, 0.5, Map.of(), ap, true);
    return new DetectorOutcome("out", "", before, false, List.of(epoch), 21, 9);
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

  /** One that is not held out. */
  private static Path trainingImage(Path images) {
    var hadoop = TestingSpark.session().sparkContext().hadoopConfiguration();
    TrainingSet set =
        TrainingSet.of(
            GroundTruthFile.read(
                scenes.resolve("s/annotations.json").toString(),
                EvaluationStyle.COCO,
                () -> hadoop),
            TrainingSet.files(TestingSpark.session(), List.of(images.toString())),
            FrozenDetector.of(
                    LabelSettings.DEFAULTS.withRefiners(List.of(LabelSettings.NO_REFINER)), hadoop)
                .classNames(),
            ClassMatching.NAME,
            0.3);
    String uri = set.training().get(0).file().uri();
    return images.resolve(uri.substring(uri.lastIndexOf('/') + 1));
  }

  private Map<String, FloatBuffer> weights(String output) {
    return weights(folder.resolve(output));
  }

  private static Map<String, FloatBuffer> weights(Path directory) {
    Map<String, FloatBuffer> weights = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.openFile(directory.resolve("model.safetensors"))) {
      for (String name : checkpoint.names()) {
        if (!name.endsWith("num_batches_tracked")) {
          FloatBuffer values = checkpoint.tensor(name).values();
          weights.put(name, FloatBuffer.allocate(values.remaining()).put(values).flip());
        }
      }
    }
    return weights;
  }
}
