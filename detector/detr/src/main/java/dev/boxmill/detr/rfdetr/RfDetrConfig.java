package dev.boxmill.detr.rfdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.lwdetr.C2f;
import dev.boxmill.detr.lwdetr.GroupDecoder;
import dev.boxmill.detr.lwdetr.VisionTransformer;
import dev.boxmill.detr.lwdetr.VisionTransformerConfig;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.stream.IntStream;

/** Reads the keys of an RF-DETR's {@code config.json}. */
final class RfDetrConfig {

  /** Of the head for masks, and of its losses. */
  private static final String[] SEGMENTATION_KEYS = {
    "segmentation_head_activation_function",
    "intermediate_size",
    "mask_downsample_ratio",
    "mask_point_sample_ratio"
  };

  private RfDetrConfig() {}

  static RfDetrArchitecture parse(JsonConfig config) {
    try {
      RfDetrArchitecture parsed = read(config);
      config.finish();
      return parsed;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static RfDetrArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores("model_type");
    config.ignores(SEGMENTATION_KEYS);
    config.allows(
        "architectures", "only boxes are computed", List.of("RfDetrForObjectDetection"), List.of());
    config.allows("num_feature_levels", "the projector makes one map", 1);
    JsonConfig backbone = config.object("backbone_config");
    VisionTransformer vit = backbone(backbone);
    int side = (int) Math.round(Math.sqrt(vit.positions() - 1)) * vit.patch();
    return new RfDetrArchitecture(
        vit,
        C2f.parse(config),
        config.number("layer_norm_eps", 1e-5),
        GroupDecoder.parse(config, 1),
        new ImageSize(side, side),
        ClassNames.parse(config));
  }

  private static VisionTransformer backbone(JsonConfig config) {
    VisionTransformerConfig.begin(config, "rf_detr_dinov2");
    config.ignores("layerscale_value", "use_mask_token");
    config.allows("num_register_tokens", "windows have a copy of one token", 0);
    config.allows("qkv_bias", "all projections have one", true);
    config.allows("use_swiglu_ffn", "feed-forward networks have two layers", false);
    config.allows("apply_layernorm", "maps go through the last norm", true);
    config.allows("reshape_hidden_states", "maps are what the projector reads", true);
    int layers = config.integer("num_hidden_layers", 12);
    int width = config.integer("hidden_size", 768);
    int patch = VisionTransformerConfig.side(config, "patch_size", 14);
    int side = VisionTransformerConfig.side(config, "image_size", 224) / patch;
    List<Integer> taps = VisionTransformerConfig.taps(config, layers);
    return new VisionTransformer(
        width,
        config.integer("num_attention_heads", 12),
        (int) (width * config.number("mlp_ratio", 4)),
        VisionTransformerConfig.activation(config),
        config.number("layer_norm_eps", 1e-6),
        patch,
        config.integer("num_windows", 4),
        side * side + 1,
        VisionTransformerConfig.global(
            layers, config.integers("window_block_indexes", windowed(taps))),
        taps);
  }

  /**
   * The layers that attend within windows: all whose number, from 0, is not that of a map, from 1,
   * up to the last map's.
   */
  static List<Integer> windowed(List<Integer> taps) {
    int last = taps.isEmpty() ? -1 : taps.get(taps.size() - 1);
    return IntStream.rangeClosed(0, last).boxed().filter(layer -> !taps.contains(layer)).toList();
  }
}
