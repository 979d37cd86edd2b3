package dev.boxmill.detr.conditional;

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

/** Transformers' weights under the authors' names; make_conditional_layouts.py renamed them. */
final class TestConditionalStateDictFormat {
  private static final String GOLDEN = "conditional-layouts";

  @ParameterizedTest
  @CsvSource({"conditional-detr, ''", "conditional-detr-dc5, dc5."})
  void renamedWeightsGiveTheSameResults(String architecture, String prefix) {
    try (TestingGolden golden = TestingGolden.open(GOLDEN);
        DetectorFiles files = open(architecture + ":heads=4")) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = golden.floats(prefix + result);
        assertClose(result, found.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void dilationIsAskedFor() {
    assertThatThrownBy(() -> open(""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("may be those of conditional-detr or conditional-detr-dc5 (say whi");
  }

  private static DetectorFiles open(String architecture) {
    Path file = TestingGolden.directory(GOLDEN).resolve("original.pth");
    return DetectorFiles.open(file, new DetectorOptions(architecture, Map.of()));
  }
}
