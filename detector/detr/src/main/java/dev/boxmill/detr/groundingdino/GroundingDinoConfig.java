package dev.boxmill.detr.groundingdino;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.DeformableLayers;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.words.Prompt;
import java.util.List;

/** Reads the keys of a Grounding DINO's {@code config.json}. */
final class GroundingDinoConfig {
  static final String ORIGINAL = "grounding-dino";
  static final String MM = "mm-grounding-dino";

  private static final String[] OTHERS = {
    "auxiliary_loss",
    "fusion_droppath",
    "label2id",
    "id2label",
    "num_labels",
    "hidden_size",
    "num_attention_heads"
  };

  private GroundingDinoConfig() {}

  static GroundingDinoArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores(OTHERS);
    config.allows("model_type", "it is a Grounding DINO", ORIGINAL, MM);
    config.allows(
        "architectures",
        "only boxes are computed",
        List.of("GroundingDinoForObjectDetection"),
        List.of("MMGroundingDinoForObjectDetection"),
        List.of());
    config.allows("two_stage", "queries are the encoder's best tokens", true);
    config.allows("embedding_init_target", "the queries' content is learned", true);
    config.allows("query_dim", "queries are boxes", 4);
    config.allows("layer_norm_eps", "only the default is built in", 1e-5);
    boolean scaled = config.text("model_type").equals(MM);
    GroundingDinoHeads heads =
        new GroundingDinoHeads(
            scaled,
            config.flag("decoder_bbox_embed_share", true),
            config.flag("decoder_cls_embed_share", true),
            config.flag("two_stage_bbox_embed_share", false));
    return new GroundingDinoArchitecture(
        BackboneConfig.parse(config),
        transformer(config),
        Bert.parse(config.objectOrEmpty("text_config")),
        heads,
        config.integer("num_queries", 900),
        config.integer("max_text_len", 256),
        Prompt.NONE);
  }

  private static DeformableTransformer transformer(JsonConfig config) {
    int levels = config.integer("num_feature_levels", 4);
    return new DeformableTransformer(
        config.integer("d_model", 256),
        Scales.of(config.objectOrEmpty("backbone_config"), levels),
        true,
        layers(config, "encoder"),
        layers(config, "decoder"),
        activation(config.text("activation_function", "relu")),
        new MapPositionEmbedding(
            PositionEmbedding.parse(config),
            config.number("positional_embedding_temperature", 20),
            1));
  }

  private static DeformableLayers layers(JsonConfig config, String part) {
    return new DeformableLayers(
        config.integer(part + "_layers", 6),
        config.integer(part + "_attention_heads", 8),
        config.integer(part + "_n_points", 4),
        config.integer(part + "_ffn_dim", 2048));
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
