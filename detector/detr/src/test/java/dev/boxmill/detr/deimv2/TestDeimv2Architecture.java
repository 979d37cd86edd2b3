package dev.boxmill.detr.deimv2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestDeimv2Architecture {
  private static final String SILU = "'decoder_activation_function': 'silu'";

  @TempDir private Path directory;

  @Test
  void aBackboneOfThreeStagesHasThreeMaps() {
    Architecture lite =
        DetrFamily.parse(
            JsonConfig.read(TestingGolden.directory("deimv2-lite").resolve("config.json")));
    assertThat(lite.featureStrides()).containsExactly(4, 8, 16);
    assertThat(lite.featureChannels()).containsExactly(8, 10, 12);
  }

  /** transformers saves a shared head under its last name, and published files under its first. */
  @Test
  void aSharedBoxHeadHasTheNamesOfAllLayers() {
    Architecture lite =
        DetrFamily.parse(
            JsonConfig.read(TestingGolden.directory("deimv2-lite").resolve("config.json")));
    assertThat(lite.tensors())
        .filteredOn(tensor -> tensor.programName().equals("decoder.1.box.0.bias"))
        .singleElement()
        .satisfies(
            tensor ->
                assertThat(tensor.checkpointNames())
                    .contains(
                        "model.decoder.bbox_embed.0.layers.0.bias", "bbox_embed.2.layers.0.bias"));
  }

  /** transformers norms the last map of a distilled transformer; its authors don't. */
  @ParameterizedTest
  @CsvSource({
    "deimv2-lite, model.enc_output.0.bias",
    "deimv2-distilled, model.conv_encoder.backbone.norm.weight"
  })
  void aTrainedLayerThatTheAuthorsDoNotHaveIsRefused(String variant, String layer)
      throws IOException {
    try (Stream<Path> files = Files.list(TestingGolden.directory(variant))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    Path weights = directory.resolve("model.safetensors");
    String header = new String(Files.readAllBytes(weights), StandardCharsets.ISO_8859_1);
    int entry = header.indexOf('"' + layer + '"');
    String offsets = header.substring(header.indexOf("data_offsets", entry));
    long begin = Long.parseLong(offsets.replaceFirst("(?s)data_offsets\":\\[(\\d+),.*", "$1"));
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      long values = 8 + Long.reverseBytes(file.readLong());
      file.seek(values + begin + 2);
      file.write(new byte[] {(byte) 0x80, 0x3f});
    }
    try (DetectorFiles files = DetectorFiles.open(directory)) {
      assertThatThrownBy(files::check)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(
              layer + " is a trained layer's, which the network of DEIMv2's authors");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'d_model': 256 | Invalid decoder_activation_function in %s: relu (must be silu, as in its",
        SILU
            + ", 'encoder_fuse_op': 'cat' | Unsupported encoder_fuse_op in %s: \"cat\": the library",
        SILU + ", 'encoder_type': 'wide' | Unsupported encoder_type in %s: \"wide\": there are two",
        SILU + ", 'encoder_type': 'lite' | Invalid encoder_type in %s: lite (must be hybrid for 3",
        SILU
            + ", 'model_kind': 1 | it sets model_kind=1, which may change what the network computes",
        SILU
            + ", 'architectures': ['Deimv2Model'] | Unsupported architectures in %s: [\"Deimv2Model",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) throws IOException {
    Path file = directory.resolve("config.json");
    String text =
        "{'model_type': 'deimv2', 'backbone_config': {'out_indices': [2, 3, 4]}, " + settings + "}";
    Files.writeString(file, text.replace('\'', '"'));
    assertThatThrownBy(() -> DetrFamily.parse(JsonConfig.read(file)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message.formatted(file));
  }

  @Test
  void anUnknownBackboneIsRefused() throws IOException {
    assertThatThrownBy(() -> parse("'backbone_config': {'model_type': 'vit_mae'}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Unknown backbone model_type 'vit_mae' (known: hgnet_v2, ");
  }

  @Test
  void aVisionTransformersMapsHaveThreeStrides() {
    Architecture dino =
        DetrFamily.parse(
            JsonConfig.read(TestingGolden.directory("deimv2-dino").resolve("config.json")));
    assertThat(dino.featureStrides()).containsExactly(8, 16, 32);
    assertThat(dino.featureChannels()).containsExactly(16, 16, 16);
    assertThat(dino.takes(new ImageSize(96, 64))).isTrue();
    assertThat(dino.takes(new ImageSize(96, 48))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'patch_size': 14 | Invalid patch_size: it must be 16",
        "'out_indices': [6, 12] | Invalid out_indices: [6, 12] (must be three, for maps of strides",
        "'out_indices': [9, 6, 12] | Invalid out_indices: [9, 6, 12] (must be three of 1 to 12",
        "'out_indices': [6, 9, 13] | Invalid out_indices: [6, 9, 13] (must be three of 1 to 12",
        "'hidden_size': 380 | Invalid hidden_size: 380 (must be a multiple of 4 for each of 6",
        "'num_register_tokens': -1 | Invalid num_register_tokens: -1 (must be 0 or more)",
        "'hidden_act': 'relu' | Unsupported backbone_config.hidden_act",
        "'reshape_hidden_states': false | Unsupported backbone_config.reshape_hidden_states",
        "'window_size': 7 | it sets backbone_config.window_size=7, which may change",
      })
  void refusesOtherVisionTransformers(String setting, String message) {
    String taps = setting.contains("out_indices") ? "" : ", 'out_indices': [6, 9, 12]";
    assertThatThrownBy(
            () -> parse("'backbone_config': {'model_type': 'dinov3_vit', " + setting + taps + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  private Architecture parse(String settings) throws IOException {
    Path file = directory.resolve("config.json");
    String sizes =
        "'encoder_in_channels': [256, 256, 256], 'encoder_hidden_dim': 256, 'num_feature_levels': 3";
    String text = "{'model_type': 'deimv2', %s, %s, %s}".formatted(SILU, sizes, settings);
    Files.writeString(file, text.replace('\'', '"'));
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
