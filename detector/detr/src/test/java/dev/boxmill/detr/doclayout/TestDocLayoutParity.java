package dev.boxmill.detr.doclayout;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static dev.boxmill.detr.TestingNetwork.run;
import static dev.boxmill.detr.TestingNetwork.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.TestingParity;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.preprocess.Resampling;
import dev.boxmill.detr.preprocess.ResizeRule;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against transformers; make_golden_doc_layout.py made the reference. */
final class TestDocLayoutParity {
  private static final String VARIANT = "doclayout";

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Convolutions.class)
  void itsStepsMatch(Convolutions convolutions) {
    try (TestingGolden golden = TestingGolden.open(VARIANT)) {
      Map<String, float[]> found =
          run(VARIANT, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      for (String step : steps(golden)) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void detectionsMatch() {
    TestingParity.assertDetections(VARIANT);
  }

  @ParameterizedTest
  @CsvSource({"BF16, 0.03", "FP16, 0.006"})
  void lessPrecisionDriftsLittle(Precision precision, double most) {
    try (TestingGolden golden = TestingGolden.open(VARIANT)) {
      Map<String, float[]> found = run(VARIANT, "stages", precision, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "c5", "query.scores")) {
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(most / 1000, most);
      }
    }
  }

  @Test
  void imagesAreStretchedWithoutAntialias() {
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory(VARIANT))) {
      assertThat(files.preprocessing())
          .isEqualTo(
              new Preprocessing(
                  new ResizeRule.Exact(new ImageSize(800, 800)),
                  Resampling.SAMPLED_BICUBIC,
                  1.0 / 255,
                  List.of(0.0, 0.0, 0.0),
                  List.of(1.0, 1.0, 1.0)));
      files.check();
    }
  }

  @Test
  void aProcessorThatSaysNothingIsItsOwn() throws IOException {
    Path file = directory.resolve("preprocessor_config.json");
    Files.writeString(file, "{\"do_normalize\": true}");
    Preprocessing bare = Preprocessing.parse(JsonConfig.read(file), "pp_doclayout_v2");
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory(VARIANT))) {
      assertThat(bare).isEqualTo(files.preprocessing());
    }
  }

  @Test
  void itsBackboneMustBeDescribed() throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(file, "{\"model_type\": \"pp_doclayout_v2\"}");
    assertThatThrownBy(() -> DetrFamily.parse(JsonConfig.read(file)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Missing backbone_config in " + file);
  }

  @Test
  void thirdVersionsMasksAreNotRead() throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(file, "{\"model_type\": \"pp_doclayout_v3\"}");
    assertThatThrownBy(() -> DetrFamily.parse(JsonConfig.read(file)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Unknown model_type 'pp_doclayout_v3' in " + file);
  }
}
