package dev.boxmill.detr.lwdetr;

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

final class TestLwDetrArchitecture {
  @TempDir private Path directory;

  /** Tensors and values that transformers' own model has at inference. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192 | 6  | [1.0]      | 256 | 2 | 100 | 253 | 9386926",
        "192 | 10 | [1.0]      | 256 | 2 | 300 | 321 | 11892302",
        "384 | 10 | [1.0]      | 256 | 2 | 300 | 321 | 25572302",
        "384 | 10 | [2.0, 0.5] | 384 | 4 | 300 | 391 | 41064046",
        "768 | 10 | [2.0, 0.5] | 384 | 4 | 300 | 411 | 112279918",
      })
  void thePublishedNetworksHaveTheirParameters(
      int hidden,
      int layers,
      String scales,
      int width,
      int points,
      int queries,
      int tensors,
      long values) {
    String taps = layers == 6 ? "[2, 4, 6]" : "[3, 5, 6, 10]";
    Architecture detr =
        parse(
            ("'num_labels': 91, 'projector_scale_factors': %s, 'd_model': %d, 'decoder_n_points':"
                    + " %d, 'num_queries': %d, 'decoder_self_attention_heads': %d,"
                    + " 'decoder_cross_attention_heads': %d, 'backbone_config': {'model_type':"
                    + " 'lw_detr_vit', 'hidden_size': %d, 'num_hidden_layers': %d, 'out_indices':"
                    + " %s, 'image_size': 1024}")
                .formatted(
                    scales, width, points, queries, width / 32, width / 16, hidden, layers, taps));
    List<ExpectedTensor> expected = detr.tensors();
    assertThat(expected).hasSize(tensors);
    assertThat(expected.stream().mapToLong(TestLwDetrArchitecture::size).sum()).isEqualTo(values);
    assertThat(expected).extracting(ExpectedTensor::programName).doesNotHaveDuplicates();
    assertThat(detr.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(queries));
    assertThat(detr.featureChannels()).hasSize(4).containsOnly(hidden);
    assertThat(detr.featureStrides()).containsOnly(16);
  }

  @Test
  void otherGroupsOfQueriesAreNotRead() {
    assertThat(parse("'projector_scale_factors': [1.0], 'backbone_config': {}").ignoredTensors())
        .contains(
            "model.enc_out_bbox_embed.12.layers.2.bias",
            "model.enc_output_norm.1.weight",
            "model.backbone.projector.scale_layers.0.projector_layer.conv1.norm.num_batches_tracked")
        .doesNotContain("model.enc_output.0.weight", "model.enc_output.13.weight");
  }

  @Test
  void imagesHaveSidesThatWindowsFit() {
    Architecture detr = parse("'projector_scale_factors': [1.0], 'backbone_config': {}");
    assertThat(detr.takes(new ImageSize(640, 64))).isTrue();
    assertThat(detr.takes(new ImageSize(640, 480))).isFalse();
    assertThat(detr.preprocessing().resized(new ImageSize(10, 20)))
        .isEqualTo(new ImageSize(640, 640));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'num_querys': 5 | it sets num_querys=5, which may change",
        "'attention_bias': false | Unsupported attention_bias in %s: false: all projections have one",
        "'decoder_activation_function': 'mish' | Unsupported decoder_activation_function in %s",
        "'activation_function': 'mish' | Unsupported activation_function in %s: \"mish\": three",
        "'hidden_expansion': 0 | Invalid hidden_expansion: 0 (must be positive)",
        "'d_model': 100 | Invalid d_model: 100 (must be a multiple of 4 and of both numbers",
        "'num_queries': 0 | Invalid num_queries: 0 (must be positive)",
        "'architectures': ['LwDetrModel'] | Unsupported architectures in %s: [\"LwDetrModel\"]",
        "'backbone_config': {'model_type': 'vitdet'} | Unsupported backbone_config.model_type in %s",
        "'backbone_config': {'num_windows': 8} | Invalid num_windows: 8 (must be a square number",
        "'backbone_config': {'out_indices': [0]} | Invalid out_indices: [0] (must be some of 1 to 12",
        "'backbone_config': {'out_indices': [4, 2]} | Invalid out_indices: [4, 2] (must ascend)",
        "'backbone_config': {'out_features': ['stem']} | Unknown out_features 'stem' (known: stage1",
        "'backbone_config': {'patch_size': [16, 8]} | Invalid patch_size: [16, 8] (must be one numb",
        "'backbone_config': {'qkv_bias': false} | Unsupported backbone_config.qkv_bias in %s: false",
        "'backbone_config': {'hidden_act': 'mish'} | Unsupported backbone_config.hidden_act in %s",
        "'backbone_config': {'use_absolute_position_embeddings': false} | transformers fails withou",
        "'backbone_config': {'rope': true} | it sets backbone_config.rope=true, which may change",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) {
    String all =
        settings.contains("backbone_config") ? settings : settings + ", 'backbone_config': {}";
    String expected = message.formatted(directory.resolve("config.json"));
    assertThatThrownBy(() -> parse("'projector_scale_factors': [1.0], " + all))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void aScaleThatNobodyHasIsRefused() {
    assertThatThrownBy(() -> parse("'projector_scale_factors': [4.0], 'backbone_config': {}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Invalid projector_scale_factors: [4.0] (must be some of 0.5, 1.0");
  }

  private static long size(ExpectedTensor tensor) {
    return tensor.shape().stream().reduce(1L, (a, b) -> a * b);
  }

  private Architecture parse(String settings) {
    Path file = directory.resolve("config.json");
    try {
      String json = "{'model_type': 'lw_detr', " + settings + "}";
      Files.writeString(file, json.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
