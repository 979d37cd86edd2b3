package dev.boxmill.detr.rtdetr;

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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestRtDetrArchitecture {
  private static final String BASIC =
      "'model_type': 'rt_detr_resnet', 'out_indices': [2, 3, 4], 'layer_type': 'basic',"
          + " 'hidden_sizes': [64, 128, 256, 512]";
  private static final String BOTTLENECK =
      "'model_type': 'rt_detr_resnet', 'out_features': ['stage2', 'stage3', 'stage4']";

  @TempDir private Path directory;

  @Test
  void anEmptyConfigurationIsTheLibrarysDefault() {
    Architecture rtDetr = parse("");
    assertThat(rtDetr.featureChannels()).containsExactly(256, 512, 1024, 2048);
    assertThat(rtDetr.featureStrides()).containsExactly(4, 8, 16, 32);
    assertThat(rtDetr.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(300));
    assertThat(rtDetr.classNames()).isEqualTo(Map.of(0, "LABEL_0", 1, "LABEL_1"));
    assertThat(shapes(rtDetr))
        .containsEntry("model.enc_score_head.weight", List.of(2L, 256L))
        .containsEntry(
            "model.backbone.model.encoder.stages.3.layers.0.shortcut.1.convolution.weight",
            List.of(2048L, 1024L, 1L, 1L))
        .doesNotContainKey("model.encoder.fpn_blocks.0.conv3.conv.weight");
  }

  /** Tensors and values that transformers' own model of that configuration has at inference. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r18 | 479 | 20188944",
        "r34 | 593 | 31453572",
        "r50 | 721 | 42998636",
        "r101 | 976 | 76777964",
      })
  void thePublishedNetworksHaveTheirParameters(String network, int tensors, long values) {
    List<ExpectedTensor> expected = published(network).tensors();
    assertThat(expected).hasSize(tensors);
    assertThat(expected.stream().mapToLong(TestRtDetrArchitecture::size).sum()).isEqualTo(values);
    assertThat(expected).extracting(ExpectedTensor::programName).doesNotHaveDuplicates();
  }

  /** As transformers 4 names a backbone of timm, and as its version 5 does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'use_timm_backbone': true, 'backbone': 'resnet18.a1_in1k', 'backbone_config': null,"
            + " 'backbone_kwargs': {'out_indices': [2, 3, 4]}",
        "'backbone_config': {'model_type': 'timm_backbone', 'backbone': 'resnet18', 'out_indices':"
            + " [2, 3, 4]}"
      })
  void aBackboneMayBeTimms(String json) {
    Architecture rtDetr = parse(json);

    assertThat(rtDetr.featureChannels()).containsExactly(64, 128, 256, 512);
    assertThat(rtDetr.tensors().stream().flatMap(tensor -> tensor.checkpointNames().stream()))
        .contains("model.backbone.model._backbone.layer1.0.conv1.weight");
  }

  @Test
  void namesOfBothLibraryVersionsAreKnown() {
    List<List<String>> names =
        parse("").tensors().stream().map(ExpectedTensor::checkpointNames).toList();
    assertThat(names)
        .contains(
            List.of(
                "model.encoder.encoder.0.layers.0.self_attn.out_proj.bias",
                "model.encoder.aifi.0.layers.0.self_attn.o_proj.bias"),
            List.of("model.decoder.layers.5.fc2.weight", "model.decoder.layers.5.mlp.fc2.weight"),
            List.of("model.decoder.class_embed.0.bias", "class_embed.0.bias"),
            List.of("model.decoder.bbox_embed.3.layers.2.weight", "bbox_embed.3.layers.2.weight"));
  }

  @Test
  void trainingLeavesTensorsThatNobodyReads() {
    assertThat(parse("").ignoredTensors())
        .contains(
            "model.denoising_class_embed.weight",
            "model.encoder.lateral_convs.0.norm.num_batches_tracked",
            "model.backbone.model.embedder.embedder.0.normalization.num_batches_tracked")
        .doesNotContain("model.weight_embedding.weight");
  }

  @Test
  void learnedQueriesAreATensorOfTheirOwn() {
    assertThat(shapes(parse("'learn_initial_query': true, 'num_queries': 50")))
        .containsEntry("model.weight_embedding.weight", List.of(50L, 256L));
  }

  @Test
  void theSecondVersionDiffersInItsSamplingAlone() {
    Architecture second = parse("rt_detr_v2", "'decoder_offset_scale': 0.7");
    Map<String, List<Long>> shapes = shapes(second);
    for (int layer = 0; layer < 6; layer++) {
      String scale = "model.decoder.layers." + layer + ".encoder_attn.n_points_scale";
      assertThat(shapes.remove(scale)).isEqualTo(List.of(12L));
    }
    assertThat(shapes).isEqualTo(shapes(parse("")));
    assertThat(second.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(300));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'decoder_method': 'nearest' | Unknown decoder_method 'nearest' (known: default, discrete)",
        "'decoder_n_levels': 4 | Unsupported decoder_n_levels in %s: 4: the encoder makes three maps",
        "'decoder_n_points': [4, 4, 4] | Invalid decoder_n_points in %s: [4,4,4] (must be a whole",
        "'architectures': ['RTDetrForObjectDetection'] | Unsupported architectures in %s: [\"RTDetrFor",
      })
  void theSecondVersionRefusesWhatItWouldComputeDifferently(String settings, String message) {
    String expected = message.formatted(directory.resolve("config.json"));
    assertThatThrownBy(() -> parse("rt_detr_v2", settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void samplingOfTheSecondVersionIsUnknownToTheFirst() {
    assertThatThrownBy(() -> parse("'decoder_method': 'discrete'"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it sets decoder_method=\"discrete\", which may change what");
  }

  @Test
  void trainingSettingsDoNotMatter() {
    Architecture plain = parse("");
    Architecture trained =
        parse("'dropout': 0.5, 'num_denoising': 0, 'auxiliary_loss': false, 'weight_loss_vfl': 2");
    assertThat(trained.tensors()).isEqualTo(plain.tensors());
    assertThat(trained.ignoredTensors()).isEqualTo(plain.ignoredTensors());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'num_querys': 64 | it sets num_querys=64, which may change what the network computes",
        "'eval_size': [640, 640] | Unsupported eval_size in %s: [640,640]: with one, transformers",
        "'num_feature_levels': 4 | Unsupported num_feature_levels in %s: 4: the encoder makes three",
        "'use_timm_backbone': true | Unsupported use_timm_backbone in %s: true: backbone_config must",
        "'backbone': 'resnet50' | Unsupported backbone in %s: \"resnet50\": backbone_config must",
        "'activation_function': 'mish' | Unsupported activation_function in %s: \"mish\": only three",
        "'encoder_attention_heads': 7 | Invalid encoder_attention_heads in %s: 7 (must be a divisor",
        "'d_model': 100 | Invalid decoder_attention_heads in %s: 8 (must be a divisor of d_model, 100",
        "'num_queries': 0 | Invalid num_queries in %s: 0 (must be over 0)",
        "'encoder_layers': -1 | Invalid encoder_layers in %s: -1 (must be 0 or more)",
        "'hidden_expansion': 0 | Invalid hidden_expansion in %s: 0.0 (must be over 0)",
        "'encode_proj_layers': [3] | Invalid encode_proj_layers in %s: [3] (must be some of 0, 1 and",
        "'encoder_in_channels': [512, 1024] | Invalid encoder_in_channels in %s: [512, 1024] (must",
        "'anchor_image_size': [640] | Invalid anchor_image_size in %s: [640] (must be height and",
        "'id2label': {'1': 'cat'} | Invalid id2label: {1=cat} (must name the classes 0 to 0)",
        "'architectures': ['RTDetrModel'] | Unsupported architectures in %s: [\"RTDetrModel\"]: only",
        "'backbone_config': {'model_type': 'resnet'} | Missing backbone_config.out_indices in %s (mus",
        "'backbone': 'resnet50', 'use_timm_backbone': true | Missing backbone_kwargs.out_indices in %s",
        "'backbone_config': {'depths': [3, 4, 6, 3]} | Missing backbone_config.out_indices in %s (mus",
        "'backbone_config': {'out_indices': [1, 2, 3]} | Unsupported backbone_config.out_indices in",
        "'backbone_config': {'out_indices': [2, 3, 4], 'hidden_act': 'gelu'} | backbone_config.hidden",
        "'backbone_config': {'out_indices': [2, 3, 4], 'dilate': 2} | it sets backbone_config.dilate=2",
        "'backbone_config': {'out_indices': [2, 3, 4], 'depths': [1, 1]} | Invalid ResNet-vd stages:",
        "'backbone_config': {'out_indices': [2, 3, 4], 'layer_type': 'basic'} | Invalid ResNet-vd wid",
        "'backbone_config': {'out_indices': [2, 3, 4], 'downsample_in_first_stage': true} | strides m",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) {
    String expected = message.formatted(directory.resolve("config.json"));
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected);
  }

  /** As transformers 5.24 saves it. */
  @ParameterizedTest
  @ValueSource(strings = {"rt_detr", "rt_detr_v2"})
  void timmsBackbonesAreReadUnderTheirNames(String type) {
    Architecture timm =
        parse(
            type,
            "'backbone_config': {'model_type': 'timm_backbone', 'backbone': 'resnet18', 'id2label':"
                + " {'0': 'LABEL_0'}, 'label2id': {'LABEL_0': 0}, 'features_only': true,"
                + " 'out_features': ['layer2', 'layer3', 'layer4'], 'out_indices': [2, 3, 4],"
                + " 'stage_names': ['act1', 'layer1'], 'output_stride': null}");
    assertThat(timm.featureChannels()).containsExactly(64, 128, 256, 512);
    assertThat(timm.tensors())
        .filteredOn(
            t -> t.checkpointNames().contains("model.backbone.model._backbone.conv1.weight"))
        .hasSize(1);
  }

  /** As docling-project/docling-layout-heron has it: an RT-DETRv2 for the parts of pages. */
  @Test
  void layoutDetectorsAreReadAsPublished() {
    Architecture heron =
        parse(
            "rt_detr_v2",
            "'activation_dropout': 0.0, 'activation_function': 'silu', 'anchor_image_size': null,"
                + " 'architectures': ['RTDetrV2ForObjectDetection'], 'auxiliary_loss': true,"
                + " 'backbone': null, 'backbone_config': {"
                + BOTTLENECK
                + ", 'depths': [3, 4, 6, 3], 'downsample_in_bottleneck': false,"
                + " 'downsample_in_first_stage': false, 'embedding_size': 64, 'hidden_act': 'relu',"
                + " 'hidden_sizes': [256, 512, 1024, 2048], 'layer_type': 'bottleneck',"
                + " 'num_channels': 3, 'out_indices': [2, 3, 4], 'stage_names': ['stem'],"
                + " 'torch_dtype': 'float32'}, 'backbone_kwargs': null, 'batch_norm_eps': 1e-05,"
                + " 'decoder_method': 'default', 'decoder_n_levels': 3, 'decoder_n_points': 4,"
                + " 'decoder_offset_scale': 0.5, 'disable_custom_kernels': true, 'eval_size': null,"
                + " 'feat_strides': [8, 16, 32], 'freeze_backbone_batch_norms': true,"
                + " 'id2label': {'0': 'Caption', '1': 'Footnote', '2': 'Table'},"
                + " 'learn_initial_query': false, 'num_feature_levels': 3, 'use_focal_loss': true,"
                + " 'use_pretrained_backbone': false, 'use_timm_backbone': false,"
                + " 'weight_loss_vfl': 1.0, 'with_box_refine': true");
    assertThat(heron.classNames()).containsEntry(2, "Table");
    assertThat(heron.tensors()).hasSize(727);
  }

  @Test
  void fixedAnchorsTakeImagesOfTheirSizeAlone() {
    Architecture fixed = parse("'anchor_image_size': [480, 640]");
    assertThat(fixed.takes(new ImageSize(640, 480))).isTrue();
    assertThat(fixed.takes(new ImageSize(480, 640))).isFalse();
    assertThat(fixed.takes(new ImageSize(640, 640))).isFalse();
    assertThat(parse("").takes(new ImageSize(640, 640))).isTrue();
    assertThat(parse("").takes(new ImageSize(33, 17))).isTrue();
  }

  private Architecture published(String network) {
    String heads =
        IntStream.range(0, 80)
            .mapToObj(i -> "'" + i + "': 'class " + i + "'")
            .collect(Collectors.joining(", ", "'id2label': {", "}"));
    return parse(
        heads
            + switch (network) {
              case "r18" -> backbone(BASIC, "[2, 2, 2, 2]") + small(3);
              case "r34" -> backbone(BASIC, "[3, 4, 6, 3]") + small(4);
              case "r50" -> backbone(BOTTLENECK, "[3, 4, 6, 3]");
              default ->
                  backbone(BOTTLENECK, "[3, 4, 23, 3]")
                      + ", 'encoder_hidden_dim': 384, 'encoder_ffn_dim': 2048,"
                      + " 'decoder_in_channels': [384, 384, 384]";
            });
  }

  private static String backbone(String kind, String depths) {
    return ", 'backbone_config': {" + kind + ", 'depths': " + depths + "}";
  }

  private static String small(int decoderLayers) {
    return ", 'hidden_expansion': 0.5, 'encoder_in_channels': [128, 256, 512],"
        + " 'decoder_layers': "
        + decoderLayers;
  }

  private static long size(ExpectedTensor tensor) {
    return tensor.shape().stream().reduce(1L, (a, b) -> a * b);
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    return architecture.tensors().stream()
        .collect(Collectors.toMap(t -> t.checkpointNames().get(0), ExpectedTensor::shape));
  }

  private Architecture parse(String settings) {
    return parse("rt_detr", settings);
  }

  private Architecture parse(String type, String settings) {
    String comma = settings.isEmpty() ? "" : ", ";
    Path file = directory.resolve("config.json");
    try {
      Files.writeString(
          file, ("{'model_type': '" + type + "'" + comma + settings + "}").replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
