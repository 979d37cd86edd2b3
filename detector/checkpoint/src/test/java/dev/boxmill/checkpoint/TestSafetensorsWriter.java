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

  private static final int LARGEST_FLOAT16 = 0x7bff;

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

  @Test
  void everyFloat16IsWrittenAsItself() {
    float[] values = new float[2 * LARGEST_FLOAT16 + 2];
    for (int pattern = 0; pattern <= LARGEST_FLOAT16; pattern++) {
      values[2 * pattern] = HalfPrecision.float16((short) pattern);
      values[2 * pattern + 1] = -values[2 * pattern];
    }

    assertThat(inFloat16(values)).isEqualTo(values);
  }

  @Test
  void whatLiesBetweenTwoFloat16IsRoundedToTheNearest() {
    for (int pattern = 0; pattern < LARGEST_FLOAT16; pattern++) {
      float low = HalfPrecision.float16((short) pattern);
      float high = HalfPrecision.float16((short) (pattern + 1));
      float middle = (low + high) / 2;

      float[] rounded = inFloat16(Math.nextDown(middle), middle, Math.nextUp(middle));

      float even = pattern % 2 == 0 ? low : high;
      assertThat(rounded).as("pattern %04x", pattern).containsExactly(low, even, high);
    }
  }

  private static float[] inFloat16(float... values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = HalfPrecision.float16(HalfPrecision.toFloat16(values[i]));
    }
    return rounded;
  }

  @Test
  void float16FilesAreReadAsWhatTheyWereRoundedTo() throws IOException {
    Path file = directory.resolve("a.safetensors");
    Map<String, Weight> tensors =
        Map.of("w", weight(List.of(2L), 0.1f, 65519), "none", weight(List.of(0L)));

    SafetensorsWriter.write(file, tensors, Map.of(), DType.F16);

    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.tensor("w").values())
          .isEqualTo(FloatBuffer.wrap(new float[] {0.099975586f, 65504}));
    }
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    file, Map.of("w", weight(List.of(1L), 65520)), Map.of(), DType.F16))
        .hasMessage(
            "Cannot write %s: w holds 65520.0, and float16 ends at 65504 (write float32)", file);
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    file, Map.of("w", weight(List.of(1L), Float.NaN)), Map.of(), DType.F16))
        .hasMessageContaining("w holds NaN");
  }
}
