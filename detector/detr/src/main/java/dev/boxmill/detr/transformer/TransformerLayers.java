package dev.boxmill.detr.transformer;

/**
 * A stack of transformer layers.
 *
 * @param count of layers
 * @param heads of each attention
 * @param feedForward channels inside the feed-forward networks
 */
public record TransformerLayers(int count, int heads, int feedForward) {
  public TransformerLayers {
    Transformer.requirePositive("layers", count);
    Transformer.requirePositive("attention_heads", heads);
    Transformer.requirePositive("ffn_dim", feedForward);
  }
}
