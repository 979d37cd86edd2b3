package dev.boxmill.detr.detr;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.params.provider.ValueSource;

/** The same weights under other code bases' names; make_layouts.py renamed them. */
final class TestDetrStateDictFormat {
  private static final String GOLDEN = "detr-layouts";

  @ParameterizedTest
  @CsvSource({
    "original.pth, detr",
    "original.pth, detr-dc5",
    "detrex.pth, detr",
    "detrex.pth, detr-dc5"
  })
  void renamedWeightsGiveTheSameResults(String file, String architecture) {
    try (TestingGolden golden = TestingGolden.open(GOLDEN);
        DetectorFiles files = open(file, architecture + ":heads=4")) {
      Map<String, float[]> found = TestingNetwork.run(files, TestingNetwork.pixels(golden));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = golden.floats(architecture + "." + result);
        assertClose(result, found.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"original.pth", "detrex.pth"})
  void dilationIsAskedFor(String file) {
    assertThatThrownBy(() -> open(file, ""))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot choose the network of %s: its tensors may be those of detr or detr-dc5"
                    .formatted(path(file))
                + " (say which: --architecture)");
  }

  @Test
  void classesWithoutNamesAreNumbered() {
    try (DetectorFiles files = open("original.pth", "detr:heads=4")) {
      assertThat(files.architecture().classNames()).hasSize(7).containsEntry(6, "label_6");
    }
  }

  private static DetectorFiles open(String file, String architecture) {
    return DetectorFiles.open(path(file), new DetectorOptions(architecture, Map.of()));
  }

  private static Path path(String file) {
    return TestingGolden.directory(GOLDEN).resolve(file);
  }
}
