package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestJsonConfig {

  @TempDir Path directory;

  @Test
  void readsEveryKindOfValue() {
    JsonConfig config =
        config(
            """
            {"d_model": 256, "dropout": 0.1, "whole": 2, "backbone": "resnet50", "dilation": false,
             "depths": [3, 4], "mean": [0.5, 1], "stages": ["stage4"],
             "id2label": {"10": "ten", "2": "two"}, "backbone_config": {"embedding_size": 64}}
            """);

    assertThat(config.integer("d_model")).isEqualTo(256);
    assertThat(config.number("dropout")).isEqualTo(0.1);
    assertThat(config.number("whole")).isEqualTo(2);
    assertThat(config.text("backbone")).isEqualTo("resnet50");
    assertThat(config.flag("dilation")).isFalse();
    assertThat(config.integers("depths")).containsExactly(3, 4);
    assertThat(config.numbers("mean")).containsExactly(0.5, 1.0);
    assertThat(config.texts("stages")).containsExactly("stage4");
    assertThat(config.classNames("id2label")).isEqualTo(Map.of(2, "two", 10, "ten"));
    assertThat(config.classNames("id2label").keySet()).containsExactly(2, 10);
    assertThat(config.object("backbone_config").integer("embedding_size")).isEqualTo(64);
    assertThat(config.file()).isEqualTo(directory.resolve("config.json"));
    config.finish();
  }

  @Test
  void absentAndNullKeysTakeTheFallback() {
    JsonConfig config = config("{\"a\": null, \"b\": 3}");

    assertThat(config.integer("a", 1)).isEqualTo(1);
    assertThat(config.integer("b", 1)).isEqualTo(3);
    assertThat(config.number("a", 1.5)).isEqualTo(1.5);
    assertThat(config.text("c", "relu")).isEqualTo("relu");
    assertThat(config.flag("c", true)).isTrue();
    assertThat(config.integers("c", List.of(1))).containsExactly(1);
    assertThat(config.numbers("c", List.of(1.0))).containsExactly(1.0);
    assertThat(config.texts("c", List.of("x"))).containsExactly("x");
    assertThat(config.objectOrEmpty("c").integer("d", 4)).isEqualTo(4);
    assertThat(config.has("a")).isFalse();
    assertThat(config.isNull("a")).isTrue();
    assertThat(config.isNull("c")).isFalse();
    config.finish();
  }

  @Test
  void refusesValuesOfAnotherKind() {
    JsonConfig config =
        config(
            """
            {"layers": 1.5, "many": 3000000000, "rate": "0.1", "huge": 1e999, "name": 1, "flag": 0,
             "depths": [1, 2.5], "mean": 0.5, "id2label": {"x": "y"}, "nested": {"n": []}}
            """);

    assertRefused(
        () -> config.integer("layers"),
        "Invalid layers in FILE: 1.5 (must be a whole number of 32 bits)");
    assertRefused(
        () -> config.integer("many", 1),
        "Invalid many in FILE: 3000000000 (must be a whole number of 32 bits)");
    assertRefused(() -> config.number("rate"), "Invalid rate in FILE: \"0.1\" (must be a number)");
    assertRefused(() -> config.number("huge"), "Invalid huge in FILE: 1E+999 (must be a number)");
    assertRefused(() -> config.text("name"), "Invalid name in FILE: 1 (must be a text)");
    assertRefused(() -> config.flag("flag"), "Invalid flag in FILE: 0 (must be true or false)");
    assertRefused(
        () -> config.integers("depths"),
        "Invalid depths in FILE: [1,2.5] (must be a list of whole numbers)");
    assertRefused(
        () -> config.numbers("mean"), "Invalid mean in FILE: 0.5 (must be a list of numbers)");
    assertRefused(
        () -> config.texts("mean"), "Invalid mean in FILE: 0.5 (must be a list of texts)");
    assertRefused(
        () -> config.classNames("id2label"),
        "Invalid id2label in FILE: {\"x\":\"y\"} (must be an object of class indices and names)");
    assertRefused(() -> config.object("mean"), "Invalid mean in FILE: 0.5 (must be an object)");
    assertRefused(
        () -> config.object("nested").integer("n"),
        "Invalid nested.n in FILE: [] (must be a whole number of 32 bits)");
  }

  @Test
  void refusesMissingKeys() {
    JsonConfig config = config("{\"a\": null}");

    assertRefused(
        () -> config.integer("d_model"),
        "Missing d_model in FILE (must be a whole number of 32 bits)");
    assertRefused(() -> config.flag("a"), "Missing a in FILE: null (must be true or false)");
  }

  @Test
  void allowsOnlyTheValuesNamed() {
    JsonConfig config =
        config(
            "{\"act\": \"relu\", \"scale\": 1.0, \"out\": [1, 2], \"aux\": false, \"gone\": null}");

    config.allows("act", "other activations are not supported", "relu", "gelu");
    config.allows("scale", "masks are not scaled", 1);
    config.allows("out", "all stages are read", List.of(1, 2));
    config.allows("aux", "it changes the decoder", false);
    config.allows("gone", "null is absent", 5);
    config.allows("absent", "absent is fine", 5);
    config.finish();

    assertRefused(
        () -> config.allows("act", "the activation is fixed", "silu", "gelu"),
        "Unsupported act in FILE: \"relu\": the activation is fixed (must be \"silu\" or"
            + " \"gelu\")");
    assertRefused(
        () -> config.allows("aux", "it changes the decoder", true),
        "Unsupported aux in FILE: false: it changes the decoder (must be true)");
    assertRefused(
        () -> config.allows("out", "all stages are read", List.of(1, 2, 3)),
        "Unsupported out in FILE: [1,2]: all stages are read (must be [1,2,3])");
  }

  @Test
  void refusesEveryKeyThatNobodyReadOrIgnored() {
    JsonConfig config =
        config(
            """
            {"d_model": 256, "torch_dtype": "float32", "two_stage": true, "unset": null,
             "backbone_config": {"depths": [3], "groups": 32}, "untouched": {"x": 1}}
            """);
    config.integer("d_model");
    config.ignores("torch_dtype", "absent");
    config.object("backbone_config").integers("depths");

    assertRefused(
        config::finish,
        "Cannot use FILE: it sets two_stage=true, backbone_config.groups=32, untouched={\"x\":1},"
            + " which may change what the network computes and is not supported (remove what does"
            + " not matter, or use a checkpoint without it)");
  }

  @Test
  void askingWhetherAKeyIsThereDoesNotCountAsReading() {
    JsonConfig config = config("{\"a\": 1}");

    assertThat(config.has("a")).isTrue();
    assertThatThrownBy(config::finish)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it sets a=1, which");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "1",
        "null",
        "{",
        "{\"a\":1,\"a\":2}",
        "{} {}",
        "{\"a\":NaN}",
        "{'a':1}",
        "{\"a\":1,}"
      })
  void refusesWhatIsNoJsonObject(String text) {
    assertThatThrownBy(() -> config(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot read " + directory.resolve("config.json") + ": ")
        .hasMessageEndingWith(" (save the checkpoint again)");
  }

  @Test
  void refusesAbsentFiles() {
    assertThatThrownBy(() -> JsonConfig.read(directory.resolve("config.json")))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot read %s: no such file (the checkpoint is incomplete: copy all of it)",
            directory.resolve("config.json"));
    assertThatThrownBy(() -> JsonConfig.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot read %s: it is no regular file (put a checkpoint's file there)", directory);
  }

  private void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(CheckpointException.class)
        .hasMessage("%s", message.replace("FILE", directory.resolve("config.json").toString()));
  }

  private JsonConfig config(String json) {
    return JsonConfig.read(TestingSafetensors.write(directory.resolve("config.json"), json));
  }
}
