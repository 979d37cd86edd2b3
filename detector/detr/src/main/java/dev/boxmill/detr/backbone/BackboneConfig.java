package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import java.util.List;
import java.util.Map;

/**
 * Reads the keys by which the DETR family's {@code config.json} describes a backbone. Version 4 of
 * transformers names a timm network at the top level ({@code backbone}, {@code backbone_kwargs}) or
 * nests its own ResNet in {@code backbone_config}; version 5 nests either.
 */
public final class BackboneConfig {
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
        JsonConfig nested = config.object("backbone_config");
        return requireFourMaps(Backbones.parse(nested, nested.text("model_type"), dilated));
      }
      if (timm) {
        return TimmResNetType.parse(config, config.objectOrEmpty("backbone_kwargs"), dilated);
      }
      config.allows("backbone", "only this network needs no backbone_config", "resnet50");
      config.allows("backbone_kwargs", "only timm's networks take arguments", Map.of());
      return new ResNetType().parse(config.objectOrEmpty("backbone_config"), dilated);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "Cannot use the backbone of " + config.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The backbone that a {@code backbone_config} describes.
   *
   * @param defaultType its {@code model_type} where it names none
   * @throws IllegalArgumentException if it is an unknown one, or a setting is not supported
   */
  public static Backbone parseNested(JsonConfig config, String defaultType) {
    return Backbones.parse(config, config.text("model_type", defaultType), false);
  }

  /**
   * The backbone of timm that a detector's configuration names at its top level.
   *
   * @param arguments where timm's own arguments are
   * @throws IllegalArgumentException if it is an unknown one, or a setting is not supported
   */
  public static Backbone parseTimm(JsonConfig config, JsonConfig arguments) {
    return TimmResNetType.parse(config, arguments, false);
  }

  private static Backbone requireFourMaps(Backbone backbone) {
    if (backbone.widths().size() != 4) {
      throw new IllegalArgumentException(
          "Invalid backbone: it has %d stages (must be 4 under this detector)"
              .formatted(backbone.widths().size()));
    }
    return backbone;
  }

  /** The transformer reads the last feature map that the backbone gives. */
  static void requireLastStage(JsonConfig config) {
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
