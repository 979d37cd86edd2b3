package dev.boxmill.detr.deformable;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same weights under the authors' names; make_golden_deformable.py renamed them. */
final class TestDeformableDetrStateDictFormat {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deformable-base | :heads=4",
        "deformable-single-scale-dc5 | deformable-detr-dc5:heads=4",
        "deformable-two-stage-authors | deformable-detr:heads=4,queries=9"
      })
  void renamedWeightsGiveTheSameResults(String variant, String architecture) {
    try (TestingGolden golden = TestingGolden.open(variant);
        DetectorFiles files = open(variant, architecture)) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("c2", "c5", "logits", "boxes")) {
        float[] expected = golden.floats(result);
        assertClose(result, found.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void dilationOfOneScaleIsAskedFor() {
    assertThatThrownBy(() -> open("deformable-single-scale-dc5", ""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its tensors may be those of deformable-detr or deformable-detr-dc5");
  }

  private static DetectorFiles open(String variant, String architecture) {
    Path file = TestingGolden.directory(variant).resolve("original.pth");
    return DetectorFiles.open(file, new DetectorOptions(architecture, Map.of()));
  }
}
