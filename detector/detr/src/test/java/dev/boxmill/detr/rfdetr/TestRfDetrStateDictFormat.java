package dev.boxmill.detr.rfdetr;

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

/** A checkpoint as the package rfdetr saves it; make_golden_lw_detr.py made it. */
final class TestRfDetrStateDictFormat {
  private static final String GOLDEN = "rfdetr-layout";
  private static final String HEADS = "rf-detr:heads=2,cross-heads=4,backbone-heads=2";

  @Test
  void theSameWeightsGiveTheSameResults() {
    try (TestingGolden golden = TestingGolden.open(GOLDEN);
        DetectorFiles files = open(HEADS)) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("logits", "boxes")) {
        assertClose(result, found.get(result), golden.floats(result), FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void positionsSayWhichSizeImagesGet() {
    try (DetectorFiles files = open(HEADS)) {
      assertThat(files.preprocessing().resized(new ImageSize(300, 200)))
          .isEqualTo(new ImageSize(96, 96));
    }
    try (DetectorFiles files = open(HEADS + ",size=64")) {
      assertThat(files.preprocessing().resized(new ImageSize(300, 200)))
          .isEqualTo(new ImageSize(64, 64));
    }
  }

  @Test
  void aSizeThatWindowsDontFitIsRefused() {
    assertThatThrownBy(() -> open(HEADS + ",size=100"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Invalid --architecture: size=100 (must be a multiple of 32)");
  }

  private static DetectorFiles open(String architecture) {
    Path file = TestingGolden.directory(GOLDEN).resolve("original.pth");
    return DetectorFiles.open(file, new DetectorOptions(architecture, Map.of()));
  }
}
