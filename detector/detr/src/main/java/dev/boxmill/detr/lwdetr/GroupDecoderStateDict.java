package dev.boxmill.detr.lwdetr;

import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;

/** The projector and the decoder of a checkpoint with the names that LW-DETR's authors gave. */
public final class GroupDecoderStateDict {

  /** How transformers' names of the decoder are called there. */
  public static final KeyMapping NAMES =
      KeyMapping.read(GroupDecoderStateDict.class, "decoder.keys");

  private static final String LAYERS = "transformer.decoder.layers.";
  private static final String C2F = "backbone.0.projector.stages.0.0.";
  private static final int SELF_HEAD = 32;
  private static final int CROSS_HEAD = 16;

  private GroupDecoderStateDict() {}

  /** The block of the first level. */
  public static C2f projector(StateDict checkpoint) {
    return new C2f(
        checkpoint.size(C2F + "cv2.conv.weight", 0),
        checkpoint.size(C2F + "cv1.conv.weight", 0) / 2,
        checkpoint.count(C2F + "m."),
        "silu");
  }

  /**
   * The decoder. Numbers of heads shape no tensor; in all published sizes they are those that give
   * each head 32 channels among queries and 16 to maps, which the settings {@code heads} and {@code
   * cross-heads} replace.
   *
   * @param levels maps that it reads
   */
  public static GroupDecoder decoder(StateDict checkpoint, int levels) {
    int width = checkpoint.size("query_feat.weight", 1);
    int groups = Math.max(1, checkpoint.count("transformer.enc_output."));
    int crossHeads = checkpoint.setting("cross-heads", Math.max(1, width / CROSS_HEAD));
    int samples = checkpoint.size(LAYERS + "0.cross_attn.attention_weights.weight", 0);
    return new GroupDecoder(
        width,
        checkpoint.count(LAYERS),
        checkpoint.setting("heads", Math.max(1, width / SELF_HEAD)),
        crossHeads,
        samples / (crossHeads * levels),
        levels,
        checkpoint.size(LAYERS + "0.linear1.weight", 0),
        "relu",
        checkpoint.size("query_feat.weight", 0) / groups,
        groups);
  }
}
