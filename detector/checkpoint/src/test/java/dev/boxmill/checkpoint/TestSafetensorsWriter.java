package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read, and a write that fails leaves what was there. */
final class TestSafetensorsWriter {

  @TempDir Path directory;

  private record Values(List<Long> shape, FloatBuffer values) implements Weight {}

  private static Weight weight(List<Long> shape, float... values) {
    return new Values(shape, FloatBuffer.wrap(values));
  }

  @Test
  void whatIsWrittenIsRead() {
    Path file = directory.resolve("a.safetensors");
    Weight matrix = weight(List.of(2L, 1L), -0f, Float.MIN_VALUE);
    Map<String, Weight> tensors =
        Map.of("b", matrix, "a", weight(List.of(), 7), "c \"", weight(List.of(0L)));
    SafetensorsWriter.write(file, tensors, Map.of("epoch", "3"));
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c \"");
      tensors.forEach(
          (name, tensor) -> {
            assertThat(checkpoint.tensor(name).shape()).isEqualTo(tensor.shape());
            assertThat(checkpoint.tensor(name).values()).isEqualTo(tensor.values());
          });
    }
  }

  @Test
  void writesReplaceWholeFilesAndLeaveNothingElse() throws IOException {
    Path file = directory.resolve("a.safetensors");
    Map<String, Weight> long1 = Map.of("w", weight(List.of(3L), 1, 2, 3));
    SafetensorsWriter.write(file, long1, Map.of());
    byte[] first = Files.readAllBytes(file);
    SafetensorsWriter.write(file, Map.of("w", weight(List.of(1L), 1)), Map.of());
    assertThat(Files.size(file)).isLessThan(first.length);
    SafetensorsWriter.write(file, long1, Map.of());
    assertThat(file).hasBinaryContent(first);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void writesThatFailSaySo() {
    Path file = directory.resolve("absent/a.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot write " + file + ": ")
        .hasMessageEndingWith("(check the storage)");
  }
}
