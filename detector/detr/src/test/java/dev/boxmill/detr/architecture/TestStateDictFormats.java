package dev.boxmill.detr.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found out about a bare checkpoint, and what is asked for. */
final class TestStateDictFormats {
  private static final Path BARE = TestingGolden.directory("detr-layouts").resolve("original.pth");
  private static final Path OTHER = TestingGolden.directory("detr-bottleneck");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yolo | Unknown architecture 'yolo' (known: ",
        "detr:heads=4,layers=3 | Unknown setting 'layers' of --architecture (known: heads)",
        "detr:heads=0 | Invalid --architecture: heads=0 (must be a whole number over 0)",
        "detr:heads=four | Invalid --architecture: heads=four (must be a whole number over 0)",
        "detr:heads | Invalid --architecture: detr:heads (must be NAME[:key=value,…])",
        "detr:heads=5 | Invalid width: 12 (must be a multiple of 4 and of both numbers of heads)",
      })
  void wrongOptionsAreRefusedByName(String architecture, String message) {
    assertThatThrownBy(() -> open(BARE, architecture))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileOfOtherTensorsIsRefusedWithTheKnownNames() {
    Path other = OTHER.resolve("model.safetensors");
    assertThatThrownBy(() -> open(other, ""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "Cannot use checkpoint "
                + other
                + ": its tensor names are those of no known network (known: ")
        .hasMessageContaining("detr, detr-dc5")
        .hasMessageEndingWith("a Hugging Face checkpoint is a directory with config.json)");
  }

  @Test
  void aConfigurationNeedsNoArchitecture() {
    assertThatThrownBy(() -> open(OTHER, "detr"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Invalid --architecture: detr (must be left out: "
                + OTHER.resolve("config.json")
                + " says what the network is)");
  }

  @Test
  void theOnlyFileOfADirectoryIsMeant() throws IOException {
    Files.copy(BARE, directory.resolve("a.pth"));
    try (DetectorFiles files = open(directory, "detr:heads=4")) {
      files.check();
      assertThat(files.sha256()).hasSize(64);
    }
    Files.copy(BARE, directory.resolve("b.pth"));
    assertThatThrownBy(() -> open(directory, "detr:heads=4"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "Cannot read detector "
                + directory
                + ": it has 2 files of weights (name one of them: ");
  }

  @Test
  void labelsOfTheUserReplaceTheDetectors() {
    DetectorOptions options = new DetectorOptions("detr:heads=4", Map.of(2, "spoon"));
    try (DetectorFiles files = DetectorFiles.open(BARE, options)) {
      assertThat(files.architecture().classNames())
          .hasSize(7)
          .containsEntry(1, "label_1")
          .containsEntry(2, "spoon");
    }
    try (DetectorFiles files =
        DetectorFiles.open(OTHER, new DetectorOptions("", Map.of(1, "beaker")))) {
      assertThat(files.architecture().classNames())
          .containsEntry(1, "beaker")
          .containsEntry(2, "spoon");
      assertThat(files.architecture().featureStrides())
          .isEqualTo(TestingNetwork.architecture("detr-bottleneck").featureStrides());
    }
  }

  @Test
  void labelsThatTheNetworkDoesNotHaveAreRefused() {
    assertThatThrownBy(
            () -> DetectorFiles.open(BARE, new DetectorOptions("detr:heads=4", Map.of(7, "fork"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Invalid --class-names: 7=fork (must be indices 0 to 6, the network's classes)");
  }

  private static DetectorFiles open(Path path, String architecture) {
    return DetectorFiles.open(path, new DetectorOptions(architecture, Map.of()));
  }
}
