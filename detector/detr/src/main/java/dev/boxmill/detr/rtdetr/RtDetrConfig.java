package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.backbone.ResNetVd;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.Decoder;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.HybridEncoder;
import java.util.List;
import java.util.Map;

/** Reads the keys of an RT-DETR's or RT-DETRv2's {@code config.json}. */
final class RtDetrConfig {

  /** Keys of training and of losses. */
  private static final String[] TRAINING_KEYS = {
    "activation_dropout",
    "attention_dropout",
    "auxiliary_loss",
    "disable_custom_kernels",
    "dropout",
    "eos_coefficient",
    "focal_loss_alpha",
    "focal_loss_gamma",
    "initializer_bias_prior_prob",
    "initializer_range",
    "matcher_alpha",
    "matcher_bbox_cost",
    "matcher_class_cost",
    "matcher_gamma",
    "matcher_giou_cost",
    "use_focal_loss",
    "use_pretrained_backbone",
    "weight_loss_bbox",
    "weight_loss_giou",
    "weight_loss_vfl",
    "with_box_refine"
  };

  private static final String SECOND_VERSION = "rt_detr_v2";

  /** Activation functions that the convolutions and feed-forward layers know. */
  private static final Object[] ACTIVATIONS = {"relu", "gelu", "silu"};

  private RtDetrConfig() {}

  static RtDetrArchitecture parse(JsonConfig config) {
    try {
      RtDetrArchitecture parsed = read(config);
      config.finish();
      return parsed;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static RtDetrArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores(TRAINING_KEYS);
    refuseVariants(config);
    return new RtDetrArchitecture(
        backbone(config),
        encoder(config),
        decoder(config),
        config.number("layer_norm_eps", 1e-5),
        config.number("batch_norm_eps", 1e-5),
        !config.flag("freeze_backbone_batch_norms", true),
        new DenoisingSettings(
            DenoisingSettings.Kind.RT_DETR,
            config.integer("num_denoising", 100),
            config.number("label_noise_ratio", 0.5),
            config.number("box_noise_scale", 1)),
        ClassNames.parse(config));
  }

  private static Backbone backbone(JsonConfig config) {
    boolean named = config.has("backbone") && !config.has("backbone_config");
    if (named && config.flag("use_timm_backbone", false)) {
      JsonConfig arguments = config.objectOrEmpty("backbone_kwargs");
      return requireStrides(
          config, BackboneConfig.parseTimm(config, threeMaps(arguments, "backbone_kwargs")));
    }
    config.allows("use_timm_backbone", "backbone_config must describe the backbone", false);
    config.allows("backbone", "backbone_config must describe the backbone");
    config.allows("backbone_kwargs", "backbone_config must describe the backbone", Map.of());
    if (!config.has("backbone_config") && !isDocLayout(config)) {
      return ResNetVd.resnet50();
    }
    JsonConfig backbone = threeMaps(config.object("backbone_config"), "backbone_config");
    return requireStrides(config, BackboneConfig.parseNested(backbone, "rt_detr_resnet"));
  }

  private static JsonConfig threeMaps(JsonConfig backbone, String name) {
    String reason = "the encoder reads the last three stages";
    backbone.allows("out_indices", reason, List.of(2, 3, 4));
    backbone.allows(
        "out_features",
        reason,
        List.of("stage2", "stage3", "stage4"),
        List.of("layer2", "layer3", "layer4"));
    if (!backbone.has("out_indices") && !backbone.has("out_features")) {
      throw new CheckpointException(
          "Missing "
              + name
              + ".out_indices in "
              + backbone.file()
              + " (must be [2, 3, 4]: the default is the last stage alone)");
    }
    return backbone;
  }

  private static Backbone requireStrides(JsonConfig config, Backbone parsed) {
    List<Integer> strides = parsed.featureStrides();
    if (!strides.equals(List.of(4, 8, 16, 32))) {
      throw invalid(
          config, "backbone strides", strides, "4, 8, 16 and 32, as the encoder halves them");
    }
    return parsed;
  }

  private static HybridEncoder encoder(JsonConfig config) {
    int dim = positive(config, "encoder_hidden_dim", 256);
    int heads = divisor(config, "encoder_attention_heads", 8, dim, "encoder_hidden_dim");
    List<Integer> encoded = config.integers("encode_proj_layers", List.of(2));
    if (dim % 4 != 0) {
      throw invalid(config, "encoder_hidden_dim", dim, "a multiple of 4");
    }
    if (encoded.isEmpty() || encoded.stream().anyMatch(level -> level < 0 || level > 2)) {
      throw invalid(config, "encode_proj_layers", encoded, "some of 0, 1 and 2");
    }
    double expansion = config.number("hidden_expansion", 1);
    if (expansion <= 0) {
      throw invalid(config, "hidden_expansion", expansion, "over 0");
    }
    int layers = config.integer("encoder_layers", 1);
    if (layers < 0) {
      throw invalid(config, "encoder_layers", layers, "0 or more");
    }
    return new HybridEncoder(
        dim,
        (int) (dim * expansion),
        encoded,
        layers,
        heads,
        positive(config, "encoder_ffn_dim", 1024),
        activation(config, "encoder_activation_function", "gelu"),
        activation(config, "activation_function", "silu"),
        config.number("positional_encoding_temperature", 10000),
        config.flag("normalize_before", false));
  }

  private static Decoder decoder(JsonConfig config) {
    int dim = positive(config, "d_model", 256);
    return new Decoder(
        dim,
        positive(config, "decoder_layers", 6),
        divisor(config, "decoder_attention_heads", 8, dim, "d_model"),
        positive(config, "decoder_n_points", 4),
        positive(config, "decoder_ffn_dim", 1024),
        activation(config, "decoder_activation_function", "relu"),
        isSecondVersion(config) ? Sampling.parse(config) : Sampling.FIRST_VERSION,
        positive(config, "num_queries", 300),
        config.flag("learn_initial_query", false),
        anchorSizes(config));
  }

  private static List<List<Integer>> anchorSizes(JsonConfig config) {
    List<Integer> strides = config.integers("feat_strides", List.of(8, 16, 32));
    List<Integer> size = config.integers("anchor_image_size", List.of());
    if (size.isEmpty()) {
      return List.of();
    }
    if (size.size() != 2 || strides.size() != 3 || strides.contains(0)) {
      throw invalid(config, "anchor_image_size", size, "height and width, with three feat_strides");
    }
    return strides.stream().map(s -> List.of(size.get(0) / s, size.get(1) / s)).toList();
  }

  /** Keys of which the library itself runs one value alone, or which name another network. */
  private static void refuseVariants(JsonConfig config) {
    config.allows(
        "model_type",
        "this is the loader of RT-DETR",
        "rt_detr",
        SECOND_VERSION,
        RtDetrArchitecture.DOC_LAYOUT);
    config.allows("num_feature_levels", "the encoder makes three maps", 3);
    config.allows("eval_size", "with one, transformers drops the position embedding or fails");
    config.allows(
        "architectures", "only boxes are computed", List.of(architecture(config)), List.of());
    channelsOfThreeMaps(config, "encoder_in_channels");
    channelsOfThreeMaps(config, "decoder_in_channels");
  }

  private static String architecture(JsonConfig config) {
    if (isDocLayout(config)) {
      return "PPDocLayoutV2ForObjectDetection";
    }
    return isSecondVersion(config) ? "RTDetrV2ForObjectDetection" : "RTDetrForObjectDetection";
  }

  private static boolean isDocLayout(JsonConfig config) {
    return config.text("model_type").equals(RtDetrArchitecture.DOC_LAYOUT);
  }

  private static boolean isSecondVersion(JsonConfig config) {
    return config.text("model_type").equals(SECOND_VERSION);
  }

  private static void channelsOfThreeMaps(JsonConfig config, String key) {
    List<Integer> channels = config.integers(key, List.of(0, 0, 0));
    if (channels.size() != 3) {
      throw invalid(config, key, channels, "three numbers, one for each map");
    }
  }

  private static int positive(JsonConfig config, String key, int fallback) {
    int value = config.integer(key, fallback);
    if (value < 1) {
      throw invalid(config, key, value, "over 0");
    }
    return value;
  }

  private static int divisor(JsonConfig config, String key, int fallback, int dim, String of) {
    int value = positive(config, key, fallback);
    if (dim % value != 0) {
      throw invalid(config, key, value, "a divisor of " + of + ", " + dim);
    }
    return value;
  }

  private static String activation(JsonConfig config, String key, String fallback) {
    config.allows(key, "only three activations are built in", ACTIVATIONS);
    return config.text(key, fallback);
  }

  private static CheckpointException invalid(
      JsonConfig config, String key, Object value, String rule) {
    return new CheckpointException(
        "Invalid " + key + " in " + config.file() + ": " + value + " (must be " + rule + ")");
  }
}
