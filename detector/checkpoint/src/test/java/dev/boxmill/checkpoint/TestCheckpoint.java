package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCheckpoint {

  @TempDir Path directory;

  @Test
  void readsNamesShapesTypesAndValues() {
    Path file =
        new TestingSafetensors()
            .raw("\"__metadata__\":{\"format\":\"pt\"}")
            .floats("b", "[2,3]", 1, 2, 3, 4, 5, 6)
            .halves("a", "F16", "[2]", (short) 0x3c00, (short) 0xc000)
            .halves("c", "BF16", "[]", (short) 0x3f80)
            .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c");
      assertThat(checkpoint.files()).containsExactly(file);
      assertThat(checkpoint.location()).isEqualTo(directory);
      StoredTensor b = checkpoint.tensor("b");
      assertThat(b.shape()).containsExactly(2L, 3L);
      assertThat(b.dtype()).isEqualTo(DType.F32);
      assertThat(b.file()).isEqualTo(file);
      assertThat(b).hasToString("b (2, 3) F32");
      assertThat(floats(b)).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(floats(checkpoint.tensor("a"))).containsExactly(1, -2);
      assertThat(checkpoint.tensor("c").shape()).isEmpty();
      assertThat(floats(checkpoint.tensor("c"))).containsExactly(1);
    }
  }

  @Test
  void readsTensorsThatBeginAtAnyByte() {
    new TestingSafetensors()
        .tensor("flag", "BOOL", "[1]", new byte[] {1})
        .floats("values", "[2]", 0.5f, -0.25f)
        .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(floats(checkpoint.tensor("values"))).containsExactly(0.5f, -0.25f);
    }
  }

  @Test
  void readsEmptyTensorsAndEmptyFiles() throws IOException {
    new TestingSafetensors()
        .floats("empty", "[0,4]")
        .floats("one", "[1]", 7)
        .write(directory.resolve("model.safetensors"));
    Path nothing = Files.createDirectory(directory.resolve("nothing"));
    new TestingSafetensors().write(nothing.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory);
        Checkpoint empty = Checkpoint.open(nothing)) {
      assertThat(floats(checkpoint.tensor("empty"))).isEmpty();
      assertThat(floats(checkpoint.tensor("one"))).containsExactly(7);
      assertThat(empty.names()).isEmpty();
    }
  }

  @Test
  void float32ValuesAreAReadOnlyViewOfTheFile() {
    new TestingSafetensors().floats("a", "[2]", 1, 2).write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      FloatBuffer values = checkpoint.tensor("a").values();
      assertThat(values.isDirect()).isTrue();
      assertThat(values.isReadOnly()).isTrue();
      assertThat(values.position()).isZero();
      assertThat(values.limit()).isEqualTo(2);
    }
  }

  @Test
  void valuesStayReadableAfterClosing() {
    new TestingSafetensors().floats("a", "[2]", 1, 2).write(directory.resolve("model.safetensors"));
    Checkpoint checkpoint = Checkpoint.open(directory);
    StoredTensor tensor = checkpoint.tensor("a");
    FloatBuffer values = tensor.values();

    checkpoint.close();
    checkpoint.close();

    assertThat(values.get(1)).isEqualTo(2);
    assertThatThrownBy(tensor::values)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot read tensor 'a' of %s: the checkpoint is closed (read tensors before closing"
                    .formatted(directory.resolve("model.safetensors"))
                + " it)");
  }

  @Test
  void unknownTensorNamesItsNeighbors() {
    new TestingSafetensors()
        .floats("model.encoder.layers.0.fc1.weight", "[1]", 1)
        .floats("model.encoder.layers.0.fc2.weight", "[1]", 1)
        .floats("bbox", "[1]", 1)
        .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThatThrownBy(() -> checkpoint.tensor("model.encoder.layers.0.mlp.fc1.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "Unknown tensor 'model.encoder.layers.0.mlp.fc1.weight' in %s (near: %s, %s)",
              directory, "model.encoder.layers.0.fc1.weight", "model.encoder.layers.0.fc2.weight");
    }
  }

  @Test
  void refusesDirectoriesWithoutWeights() {
    assertThatThrownBy(() -> Checkpoint.open(directory.resolve("nowhere")))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot read checkpoint %s/nowhere: no such directory (name a Hugging Face checkpoint"
                    .formatted(directory)
                + " directory)");
    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot read checkpoint %s: it has none of model.safetensors,".formatted(directory)
                + " model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json"
                + " (name a Hugging Face checkpoint directory, downloaded as a whole)");
  }

  @Test
  void refusesWhatIsNoFile() throws IOException {
    Path file = directory.resolve("model.safetensors");
    Files.createSymbolicLink(file, directory.resolve("gone"));
    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot read %s: it is a link to nothing (the checkpoint is incomplete: copy all of it)",
            file);

    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("Cannot read %s: it is no regular file (put a checkpoint's file there)", file);
  }

  private static float[] floats(StoredTensor tensor) {
    float[] values = new float[tensor.values().remaining()];
    tensor.values().get(values);
    return values;
  }
}
