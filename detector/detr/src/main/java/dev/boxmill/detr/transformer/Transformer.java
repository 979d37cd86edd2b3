package dev.boxmill.detr.transformer;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.List;
import java.util.Map;

/**
 * Sizes of an encoder and a decoder of one width.
 *
 * @param width channels of all tokens and queries
 * @param activation of the feed-forward networks, as {@code transformer.py} calls it
 */
public record Transformer(
    int width, TransformerLayers encoder, TransformerLayers decoder, String activation) {

  /** Of every LayerNorm, in all published code. */
  public static final double NORM_EPS = 1e-5;

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
    "cls_loss_coefficient",
    "bbox_loss_coefficient",
    "giou_loss_coefficient",
    "eos_coefficient",
    "focal_alpha"
  };

  public Transformer {
    requireDivisible("width", width, encoder, decoder);
  }

  private static void requireDivisible(
      String name, int width, TransformerLayers encoder, TransformerLayers decoder) {
    requirePositive(name, width);
    if (width % encoder.heads() != 0 || width % decoder.heads() != 0 || width % 4 != 0) {
      throw new IllegalArgumentException(
          "Invalid "
              + name
              + ": "
              + width
              + " (must be a multiple of 4 and of both numbers of heads)");
    }
  }

  /**
   * Reads the sizes, and passes over what only training and its losses need.
   *
   * @param widthKey what this architecture calls its width
   * @param activations that it knows, its default first
   * @throws IllegalArgumentException if a value is none of the supported ones
   */
  public static Transformer parse(JsonConfig config, String widthKey, List<String> activations) {
    config.ignores(TRAINING_KEYS);
    config.ignores("max_position_embeddings", "num_hidden_layers");
    int width = config.integer(widthKey, 256);
    TransformerLayers encoder = layers(config, "encoder");
    TransformerLayers decoder = layers(config, "decoder");
    requireDivisible(widthKey, width, encoder, decoder);
    String activation = config.text("activation_function", activations.get(0));
    return new Transformer(width, encoder, decoder, known(activation, activations));
  }

  private static TransformerLayers layers(JsonConfig config, String part) {
    return new TransformerLayers(
        config.integer(part + "_layers", 6),
        config.integer(part + "_attention_heads", 8),
        config.integer(part + "_ffn_dim", 2048));
  }

  private static String known(String name, List<String> known) {
    String same = name.equals("swish") ? "silu" : name;
    if (!known.contains(same)) {
      throw new IllegalArgumentException(
          "Unknown activation_function '" + name + "' (known: " + String.join(", ", known) + ")");
    }
    return same;
  }

  /** Values of the constants that the shared program files name. */
  public Map<String, ?> constants() {
    return Map.of(
        "ENCODER_LAYERS", encoder.count(),
        "ENCODER_HEADS", encoder.heads(),
        "DECODER_LAYERS", decoder.count(),
        "DECODER_HEADS", decoder.heads(),
        "ACTIVATION", activation,
        "NORM_EPS", NORM_EPS);
  }

  /**
   * Fails unless a size is positive.
   *
   * @throws IllegalArgumentException naming it
   */
  public static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("Invalid " + name + ": " + value + " (must be positive)");
    }
  }
}
