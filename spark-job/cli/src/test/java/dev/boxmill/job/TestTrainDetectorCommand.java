package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over the embedded detector, on drawn scenes. */
final class TestTrainDetectorCommand {

  @TempDir private Path folder;
  private Path scenes;

  @BeforeEach
  void draw() {
    scenes = folder.resolve("scenes");
    TestingCommand drawn =
        TestingCommand.run("scenes", "--count", "8", "--seed", "11", "--output", scenes.toString());
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
  }

  @Test
  void trainsADetectorThatLabels() throws IOException {
    TestingCommand command =
        train(
            "--epochs",
            "1",
            "--validation-share",
            "0.3",
            "--batch-size",
            "2",
            "--learning-rate",
            "1e-6",
            "--schedule",
            "cosine",
            "--freeze",
            "backbone,encoder",
            "--no-flip",
            "--no-crop",
            "--no-resize");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).startsWith("AP before ").contains("Detector: ");
    assertThat(settings()).containsEntry("mirrored", 0.0).containsEntry("cropped", 0.0);
    assertThat(settings()).containsEntry("scales", List.of(1.0));
    TestingCommand labeled =
        TestingCommand.run(
            new DetectorLabelerProvider(),
            "label",
            "--input",
            scenes.resolve("images").toString(),
            "--output",
            folder.resolve("labels").toString(),
            "--detector",
            folder.resolve("out").toString());
    assertThat(labeled.exitCode()).as(labeled.err()).isZero();
    assertThat(labeled.out()).contains("8 images: 8 labeled, 0 failed");
  }

  @Test
  void beginsFromNothing() throws IOException {
    TestingCommand command =
        train(
            "--detector-config",
            "embedded",
            "--epochs",
            "1",
            "--validation-share",
            "0.3",
            "--batch-size",
            "2",
            "--accumulate",
            "1",
            "--no-resize");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.err())
        .contains("drawn from embedded")
        .contains(
            "Begins from nothing: all weights are drawn from --seed 0. Classes: box, cup, fish, gear, leaf, star");
    assertThat(command.out()).startsWith("AP of epoch 1 ").doesNotContain("before");
    assertThat(folder.resolve("out/model.safetensors")).isNotEmptyFile();
    assertThat(folder.resolve(".out-start")).doesNotExist();
    assertThat(settings()).containsEntry("mirrored", 0.5).containsEntry("cropped", 0.5);
    assertThat(settings()).containsEntry("scales", List.of(1.0));
  }

  /** What the training says that it did. */
  @SuppressWarnings("unchecked")
  private Map<String, Object> settings() throws IOException {
    File saved = folder.resolve("out/training.json").toFile();
    return (Map<String, Object>) new ObjectMapper().readValue(saved, Map.class).get("settings");
  }

  @Test
  void optionsThatCannotWorkAreRefusedByName() {
    assertThat(refusal("--epochs", "0")).contains("Invalid --epochs: 0 (must be at least 1)");
    assertThat(refusal("--schedule", "step"))
        .contains("Unknown --schedule 'step' (known: drop, cosine)");
    assertThat(refusal("--freeze", "decoder"))
        .contains("Unknown --freeze 'decoder' (known: backbone, encoder)");
    assertThat(refusal("--classes", "all"))
        .contains("Unknown --classes 'all' (known: auto, keep, new)");
    assertThat(refusal("--dtype", "bfloat16"))
        .contains("Unknown --dtype 'bfloat16' (known: float32, float16)");
    assertThat(refusal("--slices", "0")).contains("Invalid --slices: 0 (must be at least 1)");
    assertThat(refusal("--save-every", "-1")).contains("Invalid --save-every: -1");
    assertThat(refusal("--accumulate", "17"))
        .contains("Invalid --accumulate: 17 (must be from 1 to the batch's 16 images)");
    assertThat(refusal("--learning-rate", "2"))
        .contains("Invalid --learning-rate: 2.0 (must be over 0 and no more than 1)");
    assertThat(refusal("--detector", "missing")).contains("Cannot read detector missing");
    assertThat(refusal("--detector-config", "missing/config.json"))
        .contains("Cannot read detector missing/");
    assertThat(refusal("--detector-config", "embedded", "--detector", "embedded"))
        .contains("Invalid --detector-config: embedded (must be left out, or --detector must");
    assertThat(refusal("--only-reviewed"))
        .contains("Invalid --only-reviewed: COCO's form does not say");
  }

  private String refusal(String... options) {
    TestingCommand refused = train(options);
    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.BAD_INPUT);
    return refused.err();
  }

  private TestingCommand train(String... options) {
    String images = scenes.resolve("images").toString();
    String truth = scenes.resolve("annotations.json").toString();
    String output = folder.resolve("out").toString();
    return TestingCommand.with(
        new String[] {
          "train-detector", "--input", images, "--ground-truth", truth, "--output", output
        },
        options);
  }
}
