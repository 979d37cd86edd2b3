package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.PretrainedKeys;
import dev.boxmill.detr.backbone.ResNet.Block;
import java.util.List;
import java.util.Map;

/**
 * Reads the keys by which the DETR family's {@code config.json} describes a backbone. Version 4 of
 * transformers names a timm network at the top level ({@code backbone}, {@code backbone_kwargs}) or
 * nests its own ResNet in {@code backbone_config}; version 5 nests either.
 */
public final class BackboneConfig {
  private static final List<Integer> TIMM_WIDTHS = List.of(64, 128, 256, 512);
  private static final int TIMM_STEM_WIDTH = 64;
  private static final Map<String, List<Integer>> BASIC =
      Map.of("resnet18", List.of(2, 2, 2, 2), "resnet34", List.of(3, 4, 6, 3));
  private static final Map<String, List<Integer>> BOTTLENECK =
      Map.of(
          "resnet50", List.of(3, 4, 6, 3),
          "resnet101", List.of(3, 4, 23, 3),
          "resnet152", List.of(3, 8, 36, 3));

  private BackboneConfig() {}

  /**
   * The backbone that a detector's configuration asks for; timm's ResNet-50 where it says nothing.
   *
   * @throws CheckpointException if it is another network, or has a setting that is not supported
   */
  public static Backbone parse(JsonConfig config) {
    config.ignores("use_pretrained_backbone");
    config.allows("num_channels", "pictures have red, green and blue", 3);
    boolean timm = config.flag("use_timm_backbone", true);
    boolean dilated = config.flag("dilation", false);
    try {
      if (config.has("backbone_config")) {
        // older files keep the default name beside it
        config.allows("backbone", "backbone_config describes another backbone", "resnet50");
        config.allows("backbone_kwargs", "backbone_config describes the backbone", Map.of());
        return nested(config.object("backbone_config"), dilated);
      }
      if (timm) {
        return timm(config, config.objectOrEmpty("backbone_kwargs"), dilated);
      }
      config.allows("backbone", "only this network needs no backbone_config", "resnet50");
      config.allows("backbone_kwargs", "only timm's networks take arguments", Map.of());
      requireUndilated(dilated);
      return huggingFace(config.objectOrEmpty("backbone_config"));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "Cannot use the backbone of " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static Backbone nested(JsonConfig config, boolean dilated) {
    String type = config.text("model_type");
    return switch (type) {
      case "resnet" -> {
        requireUndilated(dilated);
        yield huggingFace(config);
      }
      case "swin" -> {
        requireUndilated(dilated);
        requireLastStage(config);
        yield SwinConfig.parse(config);
      }
      case "timm_backbone" -> {
        PretrainedKeys.ignoreIn(config);
        config.ignores("architectures", "freeze_batch_norm_2d", "use_pretrained_backbone");
        config.allows("use_timm_backbone", "timm_backbone is one", true);
        config.allows("features_only", "feature maps are what a detector reads", true);
        config.allows("num_channels", "pictures have red, green and blue", 3);
        if (dilated) {
          // the top-level flag had its say when this object was written
          config.integer("output_stride");
        }
        yield timm(config, config, false);
      }
      default ->
          throw new IllegalArgumentException(
              "Unknown backbone model_type '" + type + "' (known: resnet, swin, timm_backbone)");
    };
  }

  private static ResNet timm(JsonConfig config, JsonConfig arguments, boolean dilated) {
    // what follows a point says where timm's weights came from
    String name = config.text("backbone", "resnet50").replaceFirst("\\..*", "");
    boolean basic = BASIC.containsKey(name);
    if (!basic && !BOTTLENECK.containsKey(name)) {
      throw new IllegalArgumentException(
          "Unknown backbone '"
              + name
              + "' (known: resnet18, resnet34, resnet50, resnet101, resnet152)");
    }
    arguments.allows("in_chans", "pictures have red, green and blue", 3);
    requireLastStage(arguments);
    int expansion = basic ? 1 : 4;
    List<Integer> channels = arguments.integers("channels", TIMM_WIDTHS);
    return new ResNet(
        TIMM_STEM_WIDTH,
        channels.stream().map(width -> width * expansion).toList(),
        arguments.integers("layers", (basic ? BASIC : BOTTLENECK).get(name)),
        basic ? Block.BASIC : Block.BOTTLENECK,
        arguments.integer("output_stride", dilated ? 16 : 32),
        ResNetNames.TIMM);
  }

  private static void requireUndilated(boolean dilated) {
    if (dilated) {
      throw new IllegalArgumentException(
          "Invalid dilation: true (must be false unless the backbone is timm's, since the library"
              + " passes over it)");
    }
  }

  private static ResNet huggingFace(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores("architectures", "stage_names", "id2label", "label2id", "num_labels");
    config.allows("model_type", "it is a ResNet", "resnet");
    config.allows("num_channels", "pictures have red, green and blue", 3);
    config.allows("hidden_act", "its blocks end in a fused ReLU", "relu");
    config.allows("downsample_in_first_stage", "C2 must have stride 4", false);
    config.allows("downsample_in_bottleneck", "bottlenecks stride in their 3x3", false);
    requireLastStage(config);
    return new ResNet(
        config.integer("embedding_size", 64),
        config.integers("hidden_sizes", List.of(256, 512, 1024, 2048)),
        config.integers("depths", List.of(3, 4, 6, 3)),
        block(config.text("layer_type", "bottleneck")),
        32,
        ResNetNames.HUGGING_FACE);
  }

  private static Block block(String layerType) {
    return switch (layerType) {
      case "basic" -> Block.BASIC;
      case "bottleneck" -> Block.BOTTLENECK;
      default ->
          throw new IllegalArgumentException(
              "Unknown layer_type '" + layerType + "' (known: basic, bottleneck)");
    };
  }

  /** The transformer reads the last feature map that the backbone gives. */
  private static void requireLastStage(JsonConfig config) {
    List<Integer> indices = config.integers("out_indices", List.of(4));
    List<String> names = config.texts("out_features", List.of("stage4"));
    boolean last = endsWith(indices, 4) || endsWith(indices, -1);
    if (!last || !(endsWith(names, "stage4") || endsWith(names, "layer4"))) {
      throw new IllegalArgumentException(
          "Invalid out_indices or out_features: "
              + indices
              + ", "
              + names
              + " (must end with stage 4)");
    }
  }

  private static boolean endsWith(List<?> values, Object last) {
    return !values.isEmpty() && values.get(values.size() - 1).equals(last);
  }
}
