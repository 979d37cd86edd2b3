package dev.boxmill.detr.detr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.PretrainedKeys;
import dev.boxmill.detr.backbone.ResNet;
import dev.boxmill.detr.backbone.ResNetConfig;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DETR (Carion et al., 2020) as transformers' {@code DetrForObjectDetection} computes it.
 *
 * @param width channels of the transformer
 * @param queries objects that it can find at most
 * @param activation of the feed-forward networks: relu, gelu, gelu_new or silu
 * @param normBetweenLayers whether the decoder's final LayerNorm is applied behind every decoder
 *     layer too: what {@code auxiliary_loss} does to the library's forward pass
 * @param labels class names by index; one more logit stands for "no object"
 */
public record DetrArchitecture(
    ResNet backbone,
    int width,
    int queries,
    Layers encoder,
    Layers decoder,
    String activation,
    Positions positions,
    boolean normBetweenLayers,
    Map<Integer, String> labels)
    implements Architecture {

  static final List<String> BACKBONE_PREFIXES =
      List.of(
          "model.backbone.conv_encoder.model.",
          "model.backbone.conv_encoder.model._backbone.",
          "model.backbone.model.");

  private static final String[] TRAINING_KEYS = {
    "dropout",
    "attention_dropout",
    "activation_dropout",
    "classifier_dropout",
    "encoder_layerdrop",
    "decoder_layerdrop",
    "init_std",
    "init_xavier_std",
    "class_cost",
    "bbox_cost",
    "giou_cost",
    "mask_loss_coefficient",
    "dice_loss_coefficient",
    "bbox_loss_coefficient",
    "giou_loss_coefficient",
    "eos_coefficient"
  };

  /**
   * A stack of transformer layers.
   *
   * @param count of layers
   * @param heads of each attention
   * @param feedForward channels inside the feed-forward networks
   */
  public record Layers(int count, int heads, int feedForward) {
    public Layers {
      requirePositive("layers", count);
      requirePositive("attention_heads", heads);
      requirePositive("ffn_dim", feedForward);
    }
  }

  /** Where position embeddings of feature maps come from. */
  public enum Positions {
    /** Sines and cosines; nothing learned. */
    SINE,
    /** Tables for 50 rows and 50 columns: larger feature maps are refused as they run. */
    LEARNED
  }

  public DetrArchitecture {
    labels = Map.copyOf(labels);
    requirePositive("num_queries", queries);
    requirePositive("d_model", width);
    if (width % encoder.heads() != 0 || width % decoder.heads() != 0 || width % 4 != 0) {
      throw new IllegalArgumentException(
          "Invalid d_model: " + width + " (must be a multiple of 4 and of both numbers of heads)");
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("Invalid " + name + ": " + value + " (must be positive)");
    }
  }

  /**
   * Reads a DETR's {@code config.json}, of transformers 4 or 5, with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DetrArchitecture parse(JsonConfig config) {
    try {
      DetrArchitecture architecture = read(config);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static DetrArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores(TRAINING_KEYS);
    config.ignores("max_position_embeddings", "num_hidden_layers");
    config.allows("model_type", "it is a DETR", "detr");
    config.allows(
        "architectures", "only boxes are computed", List.of("DetrForObjectDetection"), List.of());
    config.allows("scale_embedding", "embeddings are never scaled", false);
    return new DetrArchitecture(
        ResNetConfig.parse(config),
        config.integer("d_model", 256),
        config.integer("num_queries", 100),
        layers(config, "encoder"),
        layers(config, "decoder"),
        activation(config.text("activation_function", "relu")),
        positions(config.text("position_embedding_type", "sine")),
        config.flag("auxiliary_loss", false),
        Labels.parse(config));
  }

  private static Layers layers(JsonConfig config, String part) {
    return new Layers(
        config.integer(part + "_layers", 6),
        config.integer(part + "_attention_heads", 8),
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

  private static Positions positions(String name) {
    return switch (name) {
      case "sine" -> Positions.SINE;
      case "learned" -> Positions.LEARNED;
      default ->
          throw new IllegalArgumentException(
              "Unknown position_embedding_type '" + name + "' (known: sine, learned)");
    };
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(
            Program.of(
                DetrArchitecture.class,
                "/dev/boxmill/detr/position.py",
                "/dev/boxmill/detr/attention.py",
                "/dev/boxmill/detr/transformer.py",
                "detr.py"))
        .with(
            Map.of(
                "ENCODER_LAYERS", encoder.count(),
                "ENCODER_HEADS", encoder.heads(),
                "DECODER_LAYERS", decoder.count(),
                "DECODER_HEADS", decoder.heads(),
                "ACTIVATION", activation,
                "LEARNED_POSITIONS", positions == Positions.LEARNED,
                "NORM_BETWEEN_LAYERS", normBetweenLayers));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return new DetrTensors(this).all();
  }

  @Override
  public Set<String> ignoredTensors() {
    return backbone.ignoredTensors(BACKBONE_PREFIXES);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.softmax(queries);
  }

  @Override
  public List<Integer> featureChannels() {
    return backbone.widths();
  }

  @Override
  public List<Integer> featureStrides() {
    return backbone.featureStrides();
  }
}
