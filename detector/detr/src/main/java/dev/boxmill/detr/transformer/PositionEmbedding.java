package dev.boxmill.detr.transformer;

import dev.boxmill.checkpoint.JsonConfig;

/** Where position embeddings of feature maps come from. */
public enum PositionEmbedding {
  /** Sines and cosines; nothing learned. */
  SINE,
  /** Tables for 50 rows and 50 columns: larger feature maps are refused as they run. */
  LEARNED;

  /**
   * Reads {@code position_embedding_type}; absent means sines.
   *
   * @throws IllegalArgumentException if it is another name
   */
  public static PositionEmbedding parse(JsonConfig config) {
    String name = config.text("position_embedding_type", "sine");
    return switch (name) {
      case "sine" -> SINE;
      case "learned" -> LEARNED;
      default ->
          throw new IllegalArgumentException(
              "Unknown position_embedding_type '" + name + "' (known: sine, learned)");
    };
  }
}
