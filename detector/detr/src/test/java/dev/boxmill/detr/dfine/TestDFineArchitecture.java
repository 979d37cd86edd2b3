package dev.boxmill.detr.dfine;

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

final class TestDFineArchitecture {
  private static final String MAPS = "'model_type': 'hgnet_v2', 'out_indices': [2, 3, 4]";

  @TempDir private Path directory;

  @Test
  void aConfigurationThatOnlyNamesItsMapsIsTheLibrarysDefault() {
    Architecture dfine = parse("");
    assertThat(dfine.featureChannels()).containsExactly(128, 512, 1024, 2048);
    assertThat(dfine.featureStrides()).containsExactly(4, 8, 16, 32);
    assertThat(dfine.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(300));
    assertThat(dfine.tensors())
        .extracting(ExpectedTensor::programName)
        .doesNotHaveDuplicates()
        .doesNotContain("decoder.input.0.weight");
  }

  @Test
  void namesOfBothLibraryVersionsAreKnown() {
    assertThat(parse("").tensors())
        .extracting(ExpectedTensor::checkpointNames)
        .contains(
            List.of(
                "model.encoder.encoder.0.layers.0.fc1.bias",
                "model.encoder.aifi.0.layers.0.mlp.layers.0.bias"),
            List.of(
                "model.decoder.layers.5.fc2.weight", "model.decoder.layers.5.mlp.layers.1.weight"),
            List.of("model.decoder.class_embed.5.bias", "class_embed.5.bias"),
            List.of("model.decoder.bbox_embed.3.layers.2.weight", "bbox_embed.3.layers.2.weight"));
  }

  @Test
  void headsThatOnlyTrainingReadsMayBeThere() {
    assertThat(parse("").ignoredTensors())
        .contains(
            "model.denoising_class_embed.weight",
            "model.decoder.class_embed.0.weight",
            "class_embed.4.bias",
            "model.decoder.lqe_layers.4.reg_conf.layers.1.bias",
            "model.encoder.fpn_blocks.0.conv1.norm.num_batches_tracked",
            "model.backbone.model.embedder.stem1.normalization.num_batches_tracked")
        .doesNotContain("class_embed.5.bias", "model.decoder.lqe_layers.5.reg_conf.layers.1.bias");
  }

  @Test
  void fixedAnchorsTakeImagesOfTheirSizeAlone() {
    Architecture fixed = parse("'anchor_image_size': [480, 640]");
    assertThat(fixed.takes(new ImageSize(640, 480))).isTrue();
    assertThat(fixed.takes(new ImageSize(480, 640))).isFalse();
    assertThat(parse("").takes(new ImageSize(33, 17))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'num_querys': 64 | it sets num_querys=64, which may change what the network computes",
        "'normalize_before': true | Unsupported normalize_before in %s: true: the authors' layers",
        "'layer_norm_eps': 0.1 | Unsupported layer_norm_eps in %s: 0.1: it is that of the authors'",
        "'batch_norm_eps': 0.1 | Unsupported batch_norm_eps in %s: 0.1: it is that of the authors'",
        "'activation_function': 'relu' | Unsupported activation_function in %s: \"relu\": it is",
        "'eval_size': [640, 640] | Unsupported eval_size in %s: [640,640]: with one, transformers",
        "'eval_idx': 2 | Unsupported eval_idx in %s: 2: the last layer's boxes are the result (must",
        "'num_feature_levels': 4 | Unsupported num_feature_levels in %s: 4: the encoder makes 3 maps",
        "'max_num_bins': 7 | Invalid max_num_bins in %s: 7 (must be an even number over 3)",
        "'top_prob_values': 50 | Invalid top_prob_values in %s: 50 (must be max_num_bins and one at",
        "'decoder_n_points': [4, 4] | Invalid decoder_n_points in %s: [4, 4] (must be a number over",
        "'feat_strides': [8, 16] | Invalid feat_strides in %s: [8, 16] (must be a number over 0 for",
        "'hidden_expansion': 0 | Invalid hidden_expansion in %s: 0.0 (must be large enough for one",
        "'depth_mult': 0.1 | Invalid depth_mult in %s: 0.1 (must be large enough for one channel",
        "'encoder_in_channels': [8, 16, 32] | Invalid encoder_in_channels in %s: [8, 16, 32] (must",
        "'decoder_in_channels': [8, 8, 8] | Invalid decoder_in_channels in %s: [8, 8, 8] (must be",
        "'encode_proj_layers': [3] | Invalid encode_proj_layers in %s: [3] (must be some of 0 to 2)",
        "'encoder_attention_heads': 7 | Invalid encoder_attention_heads in %s: 7 (must be a divisor",
        "'decoder_method': 'nearest' | Unknown decoder_method 'nearest' (known: default, discrete)",
        "'decoder_activation_function': 'mish' | Unsupported decoder_activation_function in %s",
        "'architectures': ['DFineModel'] | Unsupported architectures in %s: [\"DFineModel\"]: only",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) {
    assertRefused(MAPS, settings, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'model_type': 'hgnet_v2' | Invalid backbone_config.out_indices in %s: [] (must be up to",
        "'out_indices': [1, 3, 4] | Invalid backbone_config.out_indices in %s: [1, 3, 4] (must be",
        "'out_indices': [2, 3] | Invalid out_indices or out_features: [2, 3], [stage4] (must be up",
        "'out_indices': [2, 3, 4], 'hidden_act': 'gelu' | Unsupported backbone_config.hidden_act in",
        "'out_indices': [2, 3, 4], 'stem_strides': [2, 1, 1, 1, 1] | Unsupported backbone_config.st",
        "'out_indices': [2, 3, 4], 'stem_channels': [1, 2, 3] | Invalid stem_channels: [1, 2, 3]",
        "'out_indices': [2, 3, 4], 'stage_in_channels': [1, 2, 3, 4] | Invalid stage_in_channels: [1",
        "'out_indices': [2, 3, 4], 'stage_num_blocks': [1, 1] | Invalid stage_out_channels: [128, 51",
        "'out_indices': [2, 3, 4], 'stage_kernel_size': [3, 4, 5, 5] | Invalid HGNetV2 sizes: stem",
        "'out_indices': [2, 3, 4], 'stage_downsample': [true, true, true, true] | Invalid stage_down",
        "'out_indices': [2, 3, 4], 'stage_downsample_strides': [2, 1, 2, 2] | Invalid stage_downsamp",
        "'out_indices': [2, 3, 4], 'dilate': 2 | it sets backbone_config.dilate=2, which may change",
      })
  void refusesBackbonesThatItWouldComputeDifferently(String backbone, String message) {
    assertRefused(backbone, "", message);
  }

  private void assertRefused(String backbone, String settings, String message) {
    String expected = message.formatted(directory.resolve("config.json"));
    assertThatThrownBy(() -> parse(backbone, settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected);
  }

  private Architecture parse(String settings) {
    return parse(MAPS, settings);
  }

  private Architecture parse(String backbone, String settings) {
    String comma = settings.isEmpty() ? "" : ", ";
    Path file = directory.resolve("config.json");
    String text = "{'model_type': 'd_fine', 'backbone_config': {%s}%s%s}";
    try {
      Files.writeString(file, text.formatted(backbone, comma, settings).replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
