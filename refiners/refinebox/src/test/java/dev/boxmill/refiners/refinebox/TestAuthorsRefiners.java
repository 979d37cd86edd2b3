package dev.boxmill.refiners.refinebox;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The authors' checkpoints, as they published them, move every box; those whose results
 * make_golden.py made move it as the reference does. Runs where {@code -Dshared.data} says where
 * they lie, in a folder {@code refinebox}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsRefiners {

  static List<Path> files() throws IOException {
    Path folder =
        Path.of(System.getProperty("repository"))
            .resolve(System.getProperty("shared.data"))
            .resolve("refinebox");
    try (Stream<Path> found = Files.list(folder)) {
      List<Path> files = found.filter(f -> f.toString().endsWith(".pth")).sorted().toList();
      assertThat(files).as("refiners in %s", folder).isNotEmpty();
      return files;
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyStepIsTheReferences(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.pth$", "");
    boolean hasReference = TestingGolden.class.getResource("/golden/" + name) != null;
    List<Integer> channels = channels(file);
    TestingCase given =
        TestingCase.of(hasReference ? name : "levels", channels, TestingCase.Sign.POSITIVE);
    try (RefineBoxWeights weights = RefineBoxWeights.open(file, channels);
        TorchModule module =
            RefineBoxNetwork.program(TestingCase.STEPS, 4)
                .load(Device.cpu(), Precision.FP32, weights.tensors())) {
      Map<String, float[]> found = given.run(module, "stages");
      assertEveryBoxMoves(given.places().boxes(), found.get("boxes" + TestingCase.STEPS));
      if (hasReference) {
        assertSame(name, found);
      }
    }
  }

  private static List<Integer> channels(Path file) {
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      return IntStream.range(0, 4)
          .mapToObj(level -> checkpoint.tensor(NetworkTensors.lateral(level)).shape().get(1))
          .map(Math::toIntExact)
          .toList();
    }
  }

  private static void assertEveryBoxMoves(float[] before, float[] after) {
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).as("coordinate %d", i).isBetween(0f, 1f).isNotEqualTo(before[i]);
    }
  }

  private static void assertSame(String name, Map<String, float[]> found) {
    try (TestingGolden golden = TestingGolden.open(name)) {
      List<String> steps = TestRefineBoxParity.steps(golden);
      assertThat(steps).hasSize(2 * TestingCase.STEPS);
      for (String step : steps) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }
}
