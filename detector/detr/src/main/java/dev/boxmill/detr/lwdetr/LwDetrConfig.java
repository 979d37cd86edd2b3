package dev.boxmill.detr.lwdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PretrainedKeys;
import java.util.List;

/** Reads the keys of an LW-DETR's {@code config.json}. */
final class LwDetrConfig {
  private static final int PRETRAINED_SIZE = 224;

  private LwDetrConfig() {}

  static LwDetrArchitecture parse(JsonConfig config) {
    try {
      LwDetrArchitecture parsed = read(config);
      config.finish();
      return parsed;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static LwDetrArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores("model_type");
    config.allows(
        "architectures", "only boxes are computed", List.of("LwDetrForObjectDetection"), List.of());
    List<Double> scales = config.numbers("projector_scale_factors", List.of());
    // what the library derives from the scales, and writes beside them
    config.ignores("num_feature_levels", "projector_in_channels", "projector_out_channels");
    return new LwDetrArchitecture(
        backbone(config.object("backbone_config")),
        scales,
        C2f.parse(config),
        config.number("batch_norm_eps", 1e-5),
        GroupDecoder.parse(config, scales.size()),
        ClassNames.parse(config));
  }

  private static VisionTransformer backbone(JsonConfig config) {
    VisionTransformerConfig.begin(config, "lw_detr_vit");
    config.ignores("cae_init_values", "dropout_prob", "num_windows_side");
    // what the detector was trained on; positions are those of the pretraining
    config.ignores("image_size");
    config.allows("qkv_bias", "queries and values have one", true);
    int layers = config.integer("num_hidden_layers", 12);
    int width = config.integer("hidden_size", 768);
    int patch = VisionTransformerConfig.side(config, "patch_size", 16);
    int side = VisionTransformerConfig.side(config, "pretrain_image_size", PRETRAINED_SIZE) / patch;
    config.allows("use_absolute_position_embeddings", "transformers fails without them", true);
    return new VisionTransformer(
        width,
        config.integer("num_attention_heads", 12),
        (int) (width * config.number("mlp_ratio", 4)),
        VisionTransformerConfig.activation(config),
        config.number("layer_norm_eps", 1e-6),
        patch,
        windows(config.integer("num_windows", 16)),
        side * side + 1,
        VisionTransformerConfig.global(layers, config.integers("window_block_indices", List.of())),
        VisionTransformerConfig.taps(config, layers));
  }

  /** Along either axis, of that many in all. */
  private static int windows(int all) {
    int side = (int) Math.round(Math.sqrt(all));
    if (side * side != all) {
      throw new IllegalArgumentException(
          "Invalid num_windows: " + all + " (must be a square number: all windows of an image)");
    }
    return side;
  }
}
