package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over the embedded detector, on drawn scenes. */
final class TestTrainRefinerCommand {

  @TempDir private Path folder;
  private Path scenes;

  @BeforeEach
  void draw() {
    scenes = folder.resolve("scenes");
    TestingCommand drawn =
        TestingCommand.run("scenes", "--count", "6", "--seed", "11", "--output", scenes.toString());
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    assertThat(drawn.out()).isEqualTo("Scenes: " + scenes + "\n");
  }

  @Test
  void trainsAndSaysWhereTheWeightsAre() {
    TestingCommand command = train("--epochs", "1", "--validation-share", "0.3", "--overwrite");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("AP of the detector alone").contains("Weights: ");
    assertThat(folder.resolve("out/refinebox.safetensors")).isNotEmptyFile();
  }

  @Test
  void optionsThatCannotWorkAreRefusedByName() {
    assertThat(refusal("--epochs", "0")).contains("Invalid --epochs: 0 (must be at least 1)");
    assertThat(refusal("--precision", "int4")).contains("Unknown precision 'int4'");
    assertThat(refusal("--save-every", "-1")).contains("Invalid --save-every: -1");
    assertThat(refusal("--start-from", "missing.pth")).contains("missing.pth");
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
          "train-refiner", "--input", images, "--ground-truth", truth, "--output", output
        },
        options);
  }
}
