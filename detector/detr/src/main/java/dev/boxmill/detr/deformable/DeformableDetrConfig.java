package dev.boxmill.detr.deformable;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.deformable.DeformableDetrArchitecture.Boxes;
import dev.boxmill.detr.deformable.DeformableTransformer.DeformableLayers;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.transformer.PositionEmbedding;
import java.util.List;

/** Reads the keys of a Deformable DETR's {@code config.json}. */
final class DeformableDetrConfig {
  private static final String[] TRAINING_KEYS = {
    "dropout",
    "attention_dropout",
    "activation_dropout",
    "encoder_layerdrop",
    "init_std",
    "init_xavier_std",
    "auxiliary_loss",
    "return_intermediate",
    "class_cost",
    "bbox_cost",
    "giou_cost",
    "mask_loss_coefficient",
    "dice_loss_coefficient",
    "bbox_loss_coefficient",
    "giou_loss_coefficient",
    "eos_coefficient",
    "focal_alpha",
    "disable_custom_kernels"
  };

  private static final int LAST_MAP = 4;

  private DeformableDetrConfig() {}

  static DeformableDetrArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores(TRAINING_KEYS);
    config.ignores("max_position_embeddings", "num_hidden_layers");
    config.allows("model_type", "it is a Deformable DETR", "deformable_detr");
    config.allows(
        "architectures",
        "only boxes are computed",
        List.of("DeformableDetrForObjectDetection"),
        List.of());
    Boxes boxes = boxes(config);
    int learned = config.integer("num_queries", 300);
    int proposed = config.integer("two_stage_num_proposals", 300);
    return new DeformableDetrArchitecture(
        BackboneConfig.parse(config),
        transformer(config),
        boxes == Boxes.TWO_STAGE ? proposed : learned,
        boxes,
        ClassNames.parse(config));
  }

  private static Boxes boxes(JsonConfig config) {
    boolean refined = config.flag("with_box_refine", false);
    if (config.flag("two_stage", false)) {
      if (!refined) {
        throw new IllegalArgumentException(
            "Invalid with_box_refine: false (must be true with two_stage)");
      }
      return Boxes.TWO_STAGE;
    }
    return refined ? Boxes.REFINED : Boxes.PREDICTED;
  }

  private static DeformableTransformer transformer(JsonConfig config) {
    int levels = config.integer("num_feature_levels", 4);
    return new DeformableTransformer(
        config.integer("d_model", 256),
        scales(config, levels),
        true,
        layers(config, "encoder"),
        layers(config, "decoder"),
        activation(config.text("activation_function", "relu")),
        new MapPositionEmbedding(PositionEmbedding.parse(config), 10000, 0.5));
  }

  private static DeformableLayers layers(JsonConfig config, String part) {
    return new DeformableLayers(
        config.integer(part + "_layers", 6),
        config.integer(part + "_attention_heads", 8),
        config.integer(part + "_n_points", 4),
        config.integer(part + "_ffn_dim", 1024));
  }

  private static Scales scales(JsonConfig config, int levels) {
    boolean timm = config.flag("use_timm_backbone", true);
    if (config.has("backbone_config")) {
      return Scales.of(config.object("backbone_config"), levels);
    }
    List<Integer> given = List.of(LAST_MAP);
    if (timm) {
      given = levels > 1 ? List.of(2, 3, LAST_MAP) : given;
      given = config.objectOrEmpty("backbone_kwargs").integers("out_indices", given);
    }
    return Scales.of(given, levels);
  }

  private static String activation(String name) {
    return switch (name) {
      case "relu", "gelu", "gelu_new", "silu" -> name;
      case "swish" -> "silu";
      default ->
          throw new IllegalArgumentException(
              "Unknown activation_function '" + name + "' (known: relu, gelu, gelu_new, silu)");
    };
  }
}
