package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestShards {

  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";
  private static final String REMEDY = " (download or save the checkpoint again)";

  @TempDir Path directory;

  @BeforeEach
  void writeShards() {
    new TestingSafetensors()
        .floats("a", "[1]", 1)
        .floats("b", "[1]", 2)
        .write(directory.resolve(FIRST));
    new TestingSafetensors().floats("c", "[1]", 3).write(directory.resolve(SECOND));
  }

  @Test
  void readsTensorsOfAllShards() {
    index("\"a\":\"%1$s\",\"b\":\"%1$s\",\"c\":\"%2$s\"".formatted(FIRST, SECOND));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c");
      assertThat(checkpoint.files())
          .containsExactly(directory.resolve(FIRST), directory.resolve(SECOND));
      assertThat(checkpoint.tensor("c").values().get(0)).isEqualTo(3);
      assertThat(checkpoint.tensor("c").file()).isEqualTo(directory.resolve(SECOND));
      assertThatThrownBy(
              () ->
                  TensorNames.select(
                      checkpoint, List.of(ExpectedTensor.of("c", "c", 2)), Set.of("a")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("unused   b (1) F32, in " + FIRST)
          .hasMessageContaining("shape    c: expected (2), found (1), in " + SECOND);
    }
  }

  @Test
  void aSingleFileGoesBeforeTheIndex() {
    index("\"gone\":\"gone.safetensors\"");
    new TestingSafetensors().floats("x", "[1]", 9).write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("x");
    }
  }

  @Test
  void pickledWeightsAreReadAsSafetensorsAre() {
    Path pickled = directory.resolve("pytorch_model.bin");
    pickle("model.w").write(pickled, 1, 2);

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("model.w");
      assertThat(checkpoint.files()).containsExactly(pickled);
      assertThat(checkpoint.tensor("model.w").values().get(1)).isEqualTo(2);
    }
  }

  @Test
  void pickledShardsAreReadAsThoseOfSafetensorsAre() throws IOException {
    Path first = pickle("model.a").write(directory.resolve("pytorch_model-1-of-2.bin"), 1, 2);
    Path second = pickle("head.b").write(directory.resolve("pytorch_model-2-of-2.bin"), 3, 4);
    Files.writeString(
        directory.resolve("pytorch_model.bin.index.json"),
        """
        {"weight_map": {"model.a": "pytorch_model-1-of-2.bin", "head.b": "pytorch_model-2-of-2.bin"}}
        """);

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("head.b", "model.a");
      assertThat(checkpoint.files()).containsExactly(first, second);
      assertThat(checkpoint.tensor("head.b").values().get(0)).isEqualTo(3);
    }
  }

  @Test
  void safetensorsGoBeforePickles() {
    pickle("pickled").write(directory.resolve("pytorch_model.bin"), 1, 2);
    new TestingSafetensors().floats("x", "[1]", 9).write(directory.resolve("model.safetensors"));

    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.names()).containsExactly("x");
    }
  }

  private static TestingPickle pickle(String name) {
    return new TestingPickle()
        .raw("}")
        .text(name)
        .tensor(2, 0, new long[] {2}, new long[] {1})
        .raw("s.");
  }

  @Test
  void followsLinksAsDownloadCachesHaveThem() throws IOException {
    Path blobs = Files.createDirectory(directory.resolve("blobs"));
    Path snapshot = Files.createDirectory(directory.resolve("snapshot"));
    Files.move(directory.resolve(SECOND), blobs.resolve("0123abcd"));
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../blobs/0123abcd"));

    try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
      assertThat(checkpoint.tensor("c").values().get(0)).isEqualTo(3);
    }
  }

  @Test
  void refusesAMissingShard() throws IOException {
    index("\"a\":\"%1$s\",\"b\":\"%1$s\",\"c\":\"%2$s\"".formatted(FIRST, SECOND));
    Files.delete(directory.resolve(SECOND));

    assertRefused(
        "Cannot read %s: no such file (the checkpoint is incomplete: copy all of it)"
            .formatted(directory.resolve(SECOND)));
  }

  @Test
  void refusesATensorThatIsNotInItsShard() {
    index("\"a\":\"%1$s\",\"b\":\"%1$s\",\"c\":\"%2$s\",\"d\":\"%2$s\"".formatted(FIRST, SECOND));

    assertRefused("Cannot read INDEX: tensor 'd' is not in " + SECOND + ", its shard" + REMEDY);
  }

  @Test
  void refusesATensorThatTheIndexPutsElsewhere() {
    index("\"a\":\"%1$s\",\"b\":\"%2$s\",\"c\":\"%2$s\"".formatted(FIRST, SECOND));

    assertRefused("Cannot read INDEX: it does not say that 'b' lies in " + FIRST + REMEDY);
  }

  @Test
  void refusesATensorThatTheIndexDoesNotName() {
    index("\"a\":\"%1$s\",\"c\":\"%2$s\"".formatted(FIRST, SECOND));

    assertRefused("Cannot read INDEX: it does not say that 'b' lies in " + FIRST + REMEDY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/model.safetensors",
        "sub/model.safetensors",
        "sub\\\\model.safetensors",
        "..",
        "",
        ".hidden.safetensors",
        "model.bin",
        "model.safetensors\\u0000",
        "model.safetensors\\n"
      })
  void refusesShardNamesThatAreNoPlainFileNames(String shard) {
    index("\"a\":\"%s\"".formatted(shard));

    assertRefused(
        "Cannot read INDEX: tensor 'a' is said to lie in \"%s\", which is no plain name of a"
                .formatted(shard)
            + " .safetensors file"
            + REMEDY);
  }

  @Test
  void refusesAnIndexWithoutAMap() {
    String message =
        "Cannot read INDEX: its weight_map is missing, empty or no JSON object" + REMEDY;
    writeIndex("{}");
    assertRefused(message);
    writeIndex("{\"weight_map\":[]}");
    assertRefused(message);
    index("");
    assertRefused(message);
  }

  @Test
  void refusesAShardNameThatIsNoText() {
    index("\"a\":1");

    assertRefused(
        "Cannot read INDEX: tensor 'a' is said to lie in 1, which is no plain name of a"
            + " .safetensors file"
            + REMEDY);
  }

  @Test
  void refusesAnIndexThatIsNoJson() {
    writeIndex("weights");

    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "Cannot read " + directory.resolve("model.safetensors.index.json") + ": not valid JSON")
        .hasMessageEndingWith(" (save the checkpoint again)");
  }

  private void assertRefused(String message) {
    Path index = directory.resolve("model.safetensors.index.json");
    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("%s", message.replace("INDEX", index.toString()));
  }

  private void index(String map) {
    writeIndex("{\"metadata\":{\"total_size\":12},\"weight_map\":{" + map + "}}");
  }

  private void writeIndex(String json) {
    TestingSafetensors.write(directory.resolve("model.safetensors.index.json"), json);
  }
}
