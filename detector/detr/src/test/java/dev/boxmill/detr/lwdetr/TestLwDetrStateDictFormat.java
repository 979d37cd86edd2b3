package dev.boxmill.detr.lwdetr;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.schemas.ImageSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights under the authors' names; make_golden_lw_detr.py renamed them. */
final class TestLwDetrStateDictFormat {
  private static final String GOLDEN = "lwdetr-layout";
  private static final String HEADS = "lw-detr:heads=2,cross-heads=4,backbone-heads=2";

  @Test
  void renamedWeightsGiveTheSameResults() {
    try (TestingGolden golden = TestingGolden.open(GOLDEN);
        DetectorFiles files = open(HEADS)) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("logits", "boxes")) {
        assertClose(result, found.get(result), golden.floats(result), FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void imagesGetTheSizeOfTheAuthorsEvaluation() {
    try (DetectorFiles files = open(HEADS)) {
      assertThat(files.preprocessing().resized(new ImageSize(300, 200)))
          .isEqualTo(new ImageSize(640, 640));
    }
  }

  @Test
  void headsThatDontFitAreRefused() {
    assertThatThrownBy(() -> open("lw-detr:heads=3"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Invalid");
  }

  private static DetectorFiles open(String architecture) {
    Path file = TestingGolden.directory(GOLDEN).resolve("original.pth");
    return DetectorFiles.open(file, new DetectorOptions(architecture, Map.of()));
  }
}
