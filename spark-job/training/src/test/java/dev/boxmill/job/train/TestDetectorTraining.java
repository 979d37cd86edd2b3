package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.run.TestingOutcome;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.torchscript.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small trainings of the embedded detector, an RT-DETR, on drawn scenes. */
final class TestDetectorTraining {

  @TempDir private static Path scenes;
  @TempDir private Path folder;

  @BeforeAll
  static void draw() throws IOException {
    SceneFolder.write(scenes.resolve("s"), 24, 11);
  }

  private DetectorRequest request(String output, TestingSettings settings) {
    return new DetectorRequest(
        List.of(scenes.resolve("s/images").toString()),
        scenes.resolve("s/annotations.json").toString(),
        Optional.empty(),
        ClassMatching.NAME,
        ClassChoice.AUTO,
        LabelSettings.DEFAULTS.withPrecision(Precision.FP32),
        folder.resolve(output).toString(),
        ExistingTraining.RESUME,
        Duration.ZERO,
        OptionalInt.empty(),
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
        train(request("out", TestingSettings.of(2).learningRate(1e-5)), quiet());

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

  private Map<String, FloatBuffer> weights(String output) {
    Map<String, FloatBuffer> weights = new TreeMap<>();
    try (Checkpoint checkpoint =
        Checkpoint.openFile(folder.resolve(output).resolve("model.safetensors"))) {
      for (String name : checkpoint.names()) {
        FloatBuffer values = checkpoint.tensor(name).values();
        weights.put(name, FloatBuffer.allocate(values.remaining()).put(values).flip());
      }
    }
    return weights;
  }
}
