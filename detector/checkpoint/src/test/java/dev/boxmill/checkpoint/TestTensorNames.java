package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.torchscript.Weight;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTensorNames {

  @TempDir Path directory;

  @Test
  void givesTensorsUnderProgramNamesInTheOrderAsked() {
    new TestingSafetensors()
        .floats("a", "[1]", 1)
        .floats("new.b", "[2]", 2, 3)
        .tensor("num_batches_tracked", "I64", "[]", new byte[8])
        .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Map<String, Weight> weights =
          TensorNames.select(
              checkpoint,
              List.of(
                  new ExpectedTensor(List.of("old.b", "new.b"), "second", List.of(2L)),
                  ExpectedTensor.of("a", "first", 1)),
              Set.of("num_batches_tracked", "absent"));

      assertThat(weights.keySet()).containsExactly("second", "first");
      assertThat(weights.get("second").values().get(1)).isEqualTo(3);
    }
  }

  @Test
  void listsEveryProblemInOneMessage() {
    new TestingSafetensors()
        .floats("encoder.layers.0.fc1.weight", "[2,2]", 1, 2, 3, 4)
        .floats("head.bias", "[3]", 1, 2, 3)
        .floats("stray", "[1]", 1)
        .tensor("counter", "I64", "[1]", new byte[8])
        .floats("tied.0", "[1]", 1)
        .floats("tied.1", "[1]", 2)
        .write(directory.resolve("model.safetensors"));
    List<ExpectedTensor> expected =
        List.of(
            new ExpectedTensor(
                List.of("encoder.layers.0.mlp.fc1.weight", "layers.0.linear1.weight"),
                "fc1",
                List.of(2L, 2L)),
            ExpectedTensor.of("queries", "queries", 100, 256),
            ExpectedTensor.of("head.bias", "bias", 92),
            ExpectedTensor.of("counter", "counter", 1),
            new ExpectedTensor(List.of("tied.0", "tied.1"), "tied", List.of(1L)));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThatThrownBy(() -> TensorNames.select(checkpoint, expected, Set.of()))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              """
              Cannot use checkpoint %s: 2 missing, 2 unused, 3 unfit tensors (its config.json must \
              describe its weights)
                missing  encoder.layers.0.mlp.fc1.weight or layers.0.linear1.weight (2, 2), near: \
              encoder.layers.0.fc1.weight
                missing  queries (100, 256), near: none
                unused   encoder.layers.0.fc1.weight (2, 2) F32, in model.safetensors
                unused   stray (1) F32, in model.safetensors
                shape    head.bias: expected (92), found (3), in model.safetensors
                dtype    counter: expected F32, F16 or BF16, found I64, in model.safetensors
                tied     tied.1: expected the values of tied.0, found others, in model.safetensors"""
                  .formatted(directory));
    }
  }

  @Test
  void acceptsTiedCopiesOfEqualValues() {
    new TestingSafetensors()
        .floats("tied.0", "[2]", 1, Float.NaN)
        .halves("tied.1", "BF16", "[2]", (short) 0x3f80, (short) 0x7fc0)
        .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Map<String, Weight> weights =
          TensorNames.select(
              checkpoint,
              List.of(new ExpectedTensor(List.of("tied.0", "tied.1"), "tied", List.of(2L))),
              Set.of());

      assertThat(weights.get("tied")).hasToString("tied.0 (2) F32");
    }
  }

  @Test
  void anotherTensorStandsInWhereACheckpointTiedBoth() {
    new TestingSafetensors()
        .floats("head.0", "[1]", 7)
        .floats("own", "[1]", 8)
        .write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Map<String, Weight> weights =
          TensorNames.select(
              checkpoint,
              List.of(
                  ExpectedTensor.of("head.0", "first", 1),
                  ExpectedTensor.of("head.1", "second", 1).orAs("head.0"),
                  ExpectedTensor.of("own", "third", 1).orAs("head.0")),
              Set.of());

      assertThat(weights.get("second").values().get(0)).isEqualTo(7);
      assertThat(weights.get("third").values().get(0)).isEqualTo(8);
    }
  }

  @Test
  void aTensorIsPartOfAnotherOrByItself() {
    new TestingSafetensors()
        .floats("fused", "[2]", 7, 8)
        .floats("value", "[1]", 9)
        .write(directory.resolve("model.safetensors"));
    ExpectedTensor key =
        new ExpectedTensor(List.of("fused"), "key", List.of(1L), new ExpectedTensor.Part(1, 2));
    ExpectedTensor value =
        new ExpectedTensor(List.of("joined"), "value", List.of(1L), new ExpectedTensor.Part(0, 2));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Map<String, Weight> weights =
          TensorNames.select(
              checkpoint,
              List.of(
                  key.orElse(ExpectedTensor.of("key", "key", 1)),
                  value.orElse(ExpectedTensor.of("value", "value", 1))),
              Set.of());

      assertThat(weights.get("key").values().get(0)).isEqualTo(8);
      assertThat(weights.get("value").values().get(0)).isEqualTo(9);
    }
  }

  @Test
  void oneProgramNameBelongsToOneTensor() {
    new TestingSafetensors()
        .floats("a", "[1]", 1)
        .floats("b", "[1]", 1)
        .write(directory.resolve("model.safetensors"));
    List<ExpectedTensor> expected =
        List.of(ExpectedTensor.of("a", "same", 1), ExpectedTensor.of("b", "same", 1));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThatThrownBy(() -> TensorNames.select(checkpoint, expected, Set.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid programName: same (must be one tensor's alone)");
    }
  }

  @Test
  void anExpectedTensorHasAtLeastOneName() {
    assertThatThrownBy(() -> new ExpectedTensor(List.of(), "x", List.of(1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid checkpointNames: [] (must be at least one for x)");
  }
}
