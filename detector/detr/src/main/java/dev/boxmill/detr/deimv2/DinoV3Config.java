package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.deimv2.DinoV3.Layer;
import dev.boxmill.detr.deimv2.DinoV3.Source;
import dev.boxmill.detr.lwdetr.VisionTransformerConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the {@code backbone_config} of a DEIMv2 over DINOv3. */
final class DinoV3Config {
  static final String MODEL_TYPE = "dinov3_vit";

  private static final Map<Layer, String> BIASES =
      Map.of(
          Layer.QUERY, "query_bias",
          Layer.KEY, "key_bias",
          Layer.VALUE, "value_bias",
          Layer.OUT, "proj_bias",
          Layer.FEED_FORWARD, "mlp_bias");

  private DinoV3Config() {}

  /** Whether a DEIMv2's configuration has such a backbone. */
  static boolean isIn(JsonConfig config) {
    return config.has("backbone_config")
        && config.object("backbone_config").text("model_type", "").equals(MODEL_TYPE);
  }

  /**
   * The backbone of a DEIMv2's configuration.
   *
   * @throws CheckpointException if a setting is not supported
   */
  static DinoV3 parse(JsonConfig detector) {
    JsonConfig config = detector.object("backbone_config");
    VisionTransformerConfig.begin(config, MODEL_TYPE);
    // of training, first values, and of the size that it was pretrained with
    config.ignores("pos_embed_shift", "pos_embed_jitter", "pos_embed_rescale");
    config.ignores("attention_dropout", "drop_path_rate", "initializer_range");
    config.ignores("layerscale_value", "image_size", "return_class_token");
    config.allows("reshape_hidden_states", "its maps are resized", true);
    if (VisionTransformerConfig.side(config, "patch_size", DinoV3.PATCH) != DinoV3.PATCH) {
      throw new IllegalArgumentException(
          "Invalid patch_size: it must be %d, as maps of strides 8, 16 and 32 are made of it"
              .formatted(DinoV3.PATCH));
    }
    int layers = config.integer("num_hidden_layers", 12);
    return new DinoV3(
        config.integer("hidden_size", 384),
        config.integer("num_attention_heads", 6),
        config.integer("intermediate_size", 1536),
        gated(config),
        config.integer("num_register_tokens", 0),
        layers,
        taps(config, layers),
        config.flag("apply_layernorm", true),
        config.number("layer_norm_eps", 1e-5),
        biased(config),
        config.number("rope_theta", 100),
        detector.integer("spatial_tuning_adapter_inplanes", 16),
        detector.integer("encoder_hidden_dim", 256),
        Source.TRANSFORMERS);
  }

  /**
   * The authors' feed-forward networks with a gate have SiLU; transformers applies {@code
   * hidden_act}, which what converts their checkpoints leaves at its default.
   */
  private static boolean gated(JsonConfig config) {
    boolean gated = config.flag("use_gated_mlp", false);
    if (gated) {
      config.allows("hidden_act", "the authors' gates have SiLU", "silu", "gelu");
    } else {
      config.allows("hidden_act", "it is that of the authors' networks", "gelu");
    }
    return gated;
  }

  private static List<Integer> taps(JsonConfig config, int layers) {
    List<Integer> taps = VisionTransformerConfig.taps(config, layers);
    if (taps.size() != 3) {
      throw new IllegalArgumentException(
          "Invalid out_indices: %s (must be three, for maps of strides 8, 16 and 32)"
              .formatted(taps));
    }
    return taps;
  }

  private static Set<Layer> biased(JsonConfig config) {
    Set<Layer> biased = EnumSet.noneOf(Layer.class);
    BIASES.forEach(
        (layer, key) -> {
          if (config.flag(key, layer != Layer.KEY)) {
            biased.add(layer);
          }
        });
    return biased;
  }
}
