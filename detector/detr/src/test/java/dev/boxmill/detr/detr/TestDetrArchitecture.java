package dev.boxmill.detr.detr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.backbone.ResNet;
import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.transformer.TransformerLayers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestDetrArchitecture {
  @TempDir private Path directory;

  @Test
  void anEmptyConfigurationIsTheLibrarysDefault() {
    DetrArchitecture detr = parse("");
    assertThat(resnet(detr).depths()).containsExactly(3, 4, 6, 3);
    assertThat(resnet(detr).block()).isEqualTo(Block.BOTTLENECK);
    assertThat(detr.featureChannels()).containsExactly(256, 512, 1024, 2048);
    assertThat(detr.featureStrides()).containsExactly(4, 8, 16, 32);
    assertThat(detr.transformer().encoder()).isEqualTo(new TransformerLayers(6, 8, 2048));
    assertThat(detr.classNames()).isEqualTo(Map.of(0, "LABEL_0", 1, "LABEL_1"));
    Map<String, List<Long>> shapes = shapes(detr);
    assertThat(shapes).containsEntry("model.query_position_embeddings.weight", List.of(100L, 256L));
    assertThat(shapes).containsEntry("class_labels_classifier.weight", List.of(3L, 256L));
    assertThat(shapes)
        .containsEntry(
            "model.backbone.conv_encoder.model.layer4.0.downsample.0.weight",
            List.of(2048L, 1024L, 1L, 1L));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet18, BASIC, 8, 512",
    "resnet34, BASIC, 16, 512",
    "resnet50.tv_in1k, BOTTLENECK, 16, 2048",
    "resnet101, BOTTLENECK, 33, 2048"
  })
  void timmNamesGiveTheirNetworks(String name, Block block, int blocks, int channels) {
    DetrArchitecture detr = parse("'use_timm_backbone': true, 'backbone': '" + name + "'");
    assertThat(resnet(detr).block()).isEqualTo(block);
    assertThat(resnet(detr).depths().stream().mapToInt(depth -> depth).sum()).isEqualTo(blocks);
    assertThat(detr.featureChannels()).last().isEqualTo(channels);
  }

  @Test
  void dilationKeepsTheLastMapAtStride16() {
    assertThat(parse("'dilation': true").featureStrides()).containsExactly(4, 8, 16, 16);
    assertThat(parse("'dilation': true, 'backbone_kwargs': {'output_stride': 8}").featureStrides())
        .containsExactly(4, 8, 8, 8);
  }

  @Test
  void theLibrarysOwnResNetIsTheDefaultWithoutTimm() {
    DetrArchitecture detr = parse("'use_timm_backbone': false, 'backbone': 'resnet50'");
    assertThat(shapes(detr))
        .containsKey(
            "model.backbone.conv_encoder.model.encoder.stages.0.layers.0.shortcut.convolution.weight");
  }

  @Test
  void olderFilesDescribeTheBackboneAndNameItToo() {
    DetrArchitecture detr =
        parse(
            "'use_timm_backbone': false, 'backbone': 'resnet50', 'dilation': false,"
                + "'backbone_config': {'model_type': 'resnet', 'depths': [3, 4, 23, 3],"
                + "'out_features': ['stage4'], 'torch_dtype': null, 'top_k': 50,"
                + "'id2label': {'0': 'LABEL_0'}, 'pruned_heads': {}}");
    assertThat(resnet(detr).depths()).containsExactly(3, 4, 23, 3);
  }

  @Test
  void swinTinyIsTheDefaultSwin() {
    DetrArchitecture detr =
        parse(
            "'use_timm_backbone': false, 'backbone_config': {'model_type': 'swin',"
                + "'out_features': ['stage2', 'stage4']}");
    assertThat(detr.featureChannels()).containsExactly(96, 192, 384, 768);
    assertThat(shapes(detr))
        .containsKey("model.backbone.conv_encoder.model.hidden_states_norms.stage2.weight")
        .doesNotContainKey("model.backbone.conv_encoder.model.hidden_states_norms.stage3.weight")
        .containsEntry(
            "model.backbone.conv_encoder.model.encoder.layers.2.downsample.reduction.weight",
            List.of(768L, 1536L));
  }

  @Test
  void trainingSettingsDoNotMatter() {
    assertThat(parse("'dropout': 0.5, 'eos_coefficient': 0.2, 'encoder_layerdrop': 0.1"))
        .isEqualTo(parse(""));
  }

  /** As transformers 5.24 saves it: a backbone has all that any model has. */
  @ParameterizedTest
  @ValueSource(strings = {"timm_backbone", "resnet", "rt_detr_resnet", "swin"})
  void whatEveryModelHasDoesNotMatterInABackbone(String type) {
    String kept = "'model_type': '" + type + "', 'out_indices': [1, 2, 3, 4], 'num_channels': 3";
    String added =
        ", '_name_or_path': '', 'architectures': null, 'chunk_size_feed_forward': 0, 'dtype': null,"
            + " 'id2label': {'0': 'LABEL_0', '1': 'LABEL_1'}, 'is_encoder_decoder': false,"
            + " 'label2id': {'LABEL_0': 0}, 'num_labels': 2, 'output_attentions': false,"
            + " 'output_hidden_states': false, 'problem_type': null, 'return_dict': true,"
            + " 'stage_names': ['act1'], 'use_pretrained_backbone': false, 'freeze_norms': true,"
            + " '_attn_implementation': 'sdpa', 'cls_token_id': 1, 'head_dropout_rate': 0.1,"
            + " 'initializer_range': 0.02, 'gradient_checkpointing': true";
    assertThat(parse("'backbone_config': {" + kept + added + "}"))
        .isEqualTo(parse("'backbone_config': {" + kept + "}"));
  }

  @Test
  void timmsOwnSettingsOfAVersion5BackboneAreRead() {
    DetrArchitecture detr =
        parse(
            "'backbone_config': {'model_type': 'timm_backbone', 'backbone': 'resnet18',"
                + " 'features_only': true, 'freeze_batch_norm_2d': false, 'out_indices': [1, 2, 3,"
                + " 4], 'out_features': ['layer1', 'layer2', 'layer3', 'layer4'],"
                + " 'output_stride': null}");
    assertThat(resnet(detr)).isEqualTo(resnet(parse("'backbone': 'resnet18'")));
  }

  /** The library counts the names, whatever their numbers. */
  @Test
  void classesLeftOutHaveNumbersForNames() {
    assertThat(parse("'id2label': {'1': 'a', '2': 'b', '3': 'c'}").classNames())
        .isEqualTo(Map.of(0, "LABEL_0", 1, "a", 2, "b"));
  }

  @Test
  void auxiliaryLossChangesTheForwardPass() {
    assertThat(parse("'auxiliary_loss': true").normBetweenLayers()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'d_modle': 64 | it sets d_modle=64, which may change what the network computes",
        "'backbone_kwargs': {'drop_rate': 0.5} | it sets backbone_kwargs.drop_rate=0.5",
        "'num_channels': 1 | Unsupported num_channels in %s: 1: pictures have red, green and blue",
        "'scale_embedding': true | Unsupported scale_embedding in %s: true",
        "'architectures': ['DetrForSegmentation'] | only boxes are computed",
        "'backbone': 'resnext50_32x4d' | Unknown backbone 'resnext50_32x4d' (known: resnet18, ",
        "'backbone_kwargs': {'out_indices': [1, 2, 3]} | (must end with stage 4)",
        "'backbone_kwargs': {'output_stride': 4} | Invalid output stride: 4 (must be 8, 16 or 32)",
        "'use_timm_backbone': false, 'dilation': true | Invalid dilation: true (must be false",
        "'use_timm_backbone': false, 'backbone': 'microsoft/resnet-50' | Unsupported backbone in",
        "'backbone_config': {'model_type': 'vit'} | Unknown backbone model_type 'vit' (known: hgnet_v2, res",
        "'backbone_config': {'model_type': 'swin', 'window_size': 1} | Invalid window_size: 1 (mus",
        "'backbone_config': {'model_type': 'swin', 'depths': [2, 2]} | Invalid depths: [2, 2]",
        "'backbone_config': {'model_type': 'swin', 'num_heads': [5, 5, 5, 5]} | Invalid num_heads",
        "'backbone_config': {'model_type': 'swin', 'qkv_bias': false} | have a bias",
        "'backbone_config': {'model_type': 'swin', 'out_indices': [1]} | (must end with stage 4)",
        "'backbone_config': {'model_type': 'swin'}, 'dilation': true | Invalid dilation: true",
        "'backbone_config': {'model_type': 'resnet', 'hidden_act': 'gelu'} | its blocks end in a",
        "'backbone_config': {'model_type': 'resnet', 'layer_type': 'x'} | Unknown layer_type 'x'",
        "'backbone_config': {'model_type': 'resnet', 'depths': [1, 1]} | Invalid depths: [1, 1]",
        "'backbone_config': {'model_type': 'timm_backbone'}, 'dilation': true | output_stride",
        "'activation_function': 'mish' | Unknown activation_function 'mish' (known: relu, gelu,",
        "'position_embedding_type': 'v3' | Unknown position_embedding_type 'v3' (known: sine, lea",
        "'d_model': 100 | Invalid d_model: 100 (must be a multiple of 4 and of both numbers of",
        "'num_queries': 0 | Invalid num_queries: 0 (must be positive)",
        "'decoder_layers': -1 | Invalid layers: -1 (must be positive)",
        "'id2label': {'2': 'cat', '3': 'dog'} | Invalid id2label: {2=cat, 3=dog} (must name the",
        "'backbone_config': {'model_type': 'timm_backbone', 'antialias': 1} | it sets backbone_con",
        "'num_register_tokens': 4 | it sets num_register_tokens=4, which may change what the netwo",
        "'id2label': {'0': 'cat'}, 'num_labels': 3 | (must name the classes 0 to 2)",
      })
  void whatWouldChangeTheResultIsRefusedByName(String settings, String message) {
    String expected = message.replace("%s", file().toString());
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(expected)
        .hasMessageContaining(file().toString());
  }

  @Test
  void anotherModelIsRefusedByItsType() throws IOException {
    Files.writeString(file(), "{\"model_type\": \"yolos\"}");
    assertThatThrownBy(() -> DetrFamily.parse(JsonConfig.read(file())))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Unknown model_type 'yolos' in " + file() + " (known: detr");
  }

  private DetrArchitecture parse(String settings) {
    try {
      String keys = settings.isEmpty() ? "" : ", " + settings.replace('\'', '"');
      Files.writeString(file(), "{\"model_type\": \"detr\"" + keys + "}");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return (DetrArchitecture) DetrFamily.parse(JsonConfig.read(file()));
  }

  private static ResNet resnet(DetrArchitecture detr) {
    return (ResNet) detr.backbone();
  }

  private Path file() {
    return directory.resolve("config.json");
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    return architecture.tensors().stream()
        .collect(Collectors.toMap(t -> t.checkpointNames().get(0), ExpectedTensor::shape));
  }
}
