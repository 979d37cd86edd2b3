package dev.boxmill.detr.layout;

import dev.boxmill.detr.transformer.Layers;
import dev.boxmill.detr.transformer.Transformer;

/** The sizes of the transformer that a bare checkpoint has. */
public final class BareTransformer {
  private static final int HEADS = 8;
  private static final String PREFIX = "transformer.";

  private BareTransformer() {}

  /**
   * The transformer. The number of heads, the same in encoder and decoder, shapes no tensor: it is
   * the setting {@code heads}, 8 unless given.
   *
   * @param inside what the first linear layer of a feed-forward network is called in its layer
   * @param activation of the feed-forward networks
   */
  public static Transformer read(BareCheckpoint checkpoint, String inside, String activation) {
    int heads = checkpoint.setting("heads", HEADS);
    Layers encoder = layers(checkpoint, PREFIX + "encoder.layers.", inside, heads);
    Layers decoder = layers(checkpoint, PREFIX + "decoder.layers.", inside, heads);
    int width = checkpoint.size("input_proj.weight", 0);
    return new Transformer(width, encoder, decoder, activation);
  }

  private static Layers layers(BareCheckpoint checkpoint, String prefix, String inside, int heads) {
    int channels = checkpoint.size(prefix + "0." + inside + ".weight", 0);
    return new Layers(checkpoint.count(prefix), heads, channels);
  }
}
