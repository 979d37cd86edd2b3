package dev.boxmill.detr.rfdetr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestRfDetrArchitecture {
  @TempDir private Path directory;

  /** Tensors and values that transformers' own model has at inference. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "16 | 2 | 384 | [3, 6, 9, 12] | 2 | 328 | 27799278",
        "16 | 2 | 512 | [3, 6, 9, 12] | 3 | 354 | 29443150",
        "16 | 2 | 576 | [3, 6, 9, 12] | 4 | 380 | 31019438",
        "16 | 2 | 704 | [3, 6, 9, 12] | 4 | 380 | 31265198",
        "14 | 4 | 518 | [2, 5, 8, 11] | 3 | 354 | 29506510",
      })
  void thePublishedNetworksHaveTheirParameters(
      int patch, int windows, int image, String taps, int layers, int tensors, long values) {
    Architecture detr =
        parse(
            ("'num_labels': 91, 'decoder_layers': %d, 'decoder_n_points': 2, 'backbone_config':"
                    + " {'model_type': 'rf_detr_dinov2', 'hidden_size': 384, 'num_attention_heads':"
                    + " 6, 'patch_size': %d, 'num_windows': %d, 'image_size': %d, 'out_indices': %s}")
                .formatted(layers, patch, windows, image, taps));
    List<ExpectedTensor> expected = detr.tensors();
    assertThat(expected).hasSize(tensors);
    assertThat(expected.stream().mapToLong(TestRfDetrArchitecture::size).sum()).isEqualTo(values);
    assertThat(expected).extracting(ExpectedTensor::programName).doesNotHaveDuplicates();
    assertThat(detr.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(300));
    assertThat(detr.featureChannels()).containsExactly(384, 384, 384, 384);
    assertThat(detr.featureStrides()).containsOnly(patch);
    assertThat(detr.takes(new ImageSize(patch * windows, patch * windows * 3))).isTrue();
    assertThat(detr.takes(new ImageSize(patch * windows, patch * windows * 3 + 1))).isFalse();
  }

  @Test
  void namesOfThePackageAndOfTheLibraryAreKnown() {
    ExpectedTensor key =
        parse("'backbone_config': {}").tensors().stream()
            .filter(tensor -> tensor.programName().equals("decoder.2.self.k.weight"))
            .findFirst()
            .orElseThrow();
    assertThat(key.checkpointNames())
        .containsExactly("transformer.decoder.layers.2.self_attn.in_proj_weight");
    assertThat(key.part()).isEqualTo(new ExpectedTensor.Part(1, 3));
    assertThat(key.otherwise().orElseThrow().checkpointNames())
        .containsExactly("model.decoder.layers.2.self_attn.k_proj.weight");
  }

  @Test
  void whatOnlyTrainingHasIsNotRead() {
    assertThat(parse("'backbone_config': {}").ignoredTensors())
        .contains(
            "backbone.0.encoder.encoder.embeddings.mask_token",
            "transformer.enc_out_class_embed.12.bias",
            "model.enc_out_class_embed.12.bias")
        .doesNotContain("transformer.enc_out_class_embed.0.bias");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'num_querys': 5 | it sets num_querys=5, which may change",
        "'num_feature_levels': 2 | Unsupported num_feature_levels in %s: 2: the projector makes one",
        "'attention_bias': false | Unsupported attention_bias in %s: false: all projections have one",
        "'architectures': ['RfDetrForInstanceSegmentation'] | only boxes are computed (must be",
        "'backbone_config': {'use_swiglu_ffn': true} | Unsupported backbone_config.use_swiglu_ffn in",
        "'backbone_config': {'apply_layernorm': false} | maps go through the last norm (must be true",
        "'backbone_config': {'reshape_hidden_states': false} | maps are what the projector reads",
        "'backbone_config': {'num_register_tokens': 4} | windows have a copy of one token (must be 0",
        "'backbone_config': {'qkv_bias': false} | Unsupported backbone_config.qkv_bias in %s: false",
        "'backbone_config': {'num_windows': 0} | Invalid num_windows: 0 (must be positive)",
        "'backbone_config': {'num_attention_heads': 7} | Invalid num_attention_heads: 7 (must divide",
        "'backbone_config': {'out_indices': [13]} | Invalid out_indices: [13] (must be some of 1 to",
        "'backbone_config': {'out_features': ['stage3'], 'out_indices': [4]} | must be those of out_",
        "'backbone_config': {'model_type': 'dinov2'} | Unsupported backbone_config.model_type in %s",
        "'backbone_config': {'rope': true} | it sets backbone_config.rope=true, which may change",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) {
    String all =
        settings.contains("backbone_config") ? settings : settings + ", 'backbone_config': {}";
    String expected = message.formatted(directory.resolve("config.json"));
    assertThatThrownBy(() -> parse(all))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected);
  }

  private static long size(ExpectedTensor tensor) {
    return tensor.shape().stream().reduce(1L, (a, b) -> a * b);
  }

  private Architecture parse(String settings) {
    Path file = directory.resolve("config.json");
    try {
      String json = "{'model_type': 'rf_detr', " + settings + "}";
      Files.writeString(file, json.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
