package dev.boxmill.detr.transformer;

import dev.boxmill.detr.statedict.StateDict;

/** The sizes of the transformer of a checkpoint without a configuration. */
public final class StateDictTransformer {
  private static final int HEADS = 8;
  private static final String PREFIX = "transformer.";

  private StateDictTransformer() {}

  /**
   * The transformer. The number of heads, the same in encoder and decoder, shapes no tensor: it is
   * the setting {@code heads}, 8 unless given.
   *
   * @param inside what the first linear layer of a feed-forward network is called in its layer
   * @param activation of the feed-forward networks
   */
  public static Transformer read(StateDict checkpoint, String inside, String activation) {
    int heads = checkpoint.setting("heads", HEADS);
    TransformerLayers encoder = layers(checkpoint, PREFIX + "encoder.layers.", inside, heads);
    TransformerLayers decoder = layers(checkpoint, PREFIX + "decoder.layers.", inside, heads);
    int width = checkpoint.size("input_proj.weight", 0);
    return new Transformer(width, encoder, decoder, activation);
  }

  private static TransformerLayers layers(
      StateDict checkpoint, String prefix, String inside, int heads) {
    int channels = checkpoint.size(prefix + "0." + inside + ".weight", 0);
    return new TransformerLayers(checkpoint.count(prefix), heads, channels);
  }
}
