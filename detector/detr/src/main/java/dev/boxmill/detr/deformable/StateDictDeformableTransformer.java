package dev.boxmill.detr.deformable;

import dev.boxmill.detr.deformable.DeformableTransformer.DeformableLayers;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.statedict.StateDict;

/**
 * The keys of a code base's state dict whose shapes give a deformable transformer's sizes.
 *
 * @param prefix what stands before the transformer's own keys
 * @param levels the embedding of the maps' numbers, behind the prefix
 * @param projections the backbone's maps' projections, without their numbers
 * @param encoderAttention the encoder layers' attention
 * @param decoderAttention the decoder layers' second attention
 * @param feedForward the first linear layer of a layer's feed-forward network
 */
public record StateDictDeformableTransformer(
    String prefix,
    String levels,
    String projections,
    String projection,
    String encoderAttention,
    String decoderAttention,
    String feedForward) {

  private static final String ENCODER = "transformer.encoder.layers.";
  private static final String DECODER = "transformer.decoder.layers.";
  private static final int HEADS = 8;

  /** fundamentalvision/Deformable-DETR, and IDEA-Research/DINO after it. */
  public static final StateDictDeformableTransformer ORIGINAL =
      new StateDictDeformableTransformer(
          "", "transformer.level_embed", "input_proj.", ".0", "self_attn", "cross_attn", "linear1");

  /** IDEA-Research/detrex. */
  public static final StateDictDeformableTransformer DETREX = ofMmcv("");

  /** Of layers that mmcv names, as detrex and mmdetection have them. */
  public static StateDictDeformableTransformer ofMmcv(String prefix) {
    return new StateDictDeformableTransformer(
        prefix,
        "transformer.level_embeds",
        "neck.convs.",
        ".conv",
        "attentions.0",
        "attentions.1",
        "ffns.0.layers.0.0");
  }

  /** Whether the checkpoint has such a transformer's tensors. */
  public boolean isIn(StateDict checkpoint) {
    return checkpoint.has(prefix + levels) && checkpoint.has(offsets(DECODER, decoderAttention));
  }

  /**
   * Its sizes.
   *
   * @throws dev.boxmill.checkpoint.CheckpointException if a tensor that gives one is missing
   */
  public DeformableTransformer read(StateDict checkpoint, MapPositionEmbedding positions) {
    int heads = checkpoint.setting("heads", HEADS);
    return new DeformableTransformer(
        checkpoint.size(prefix + levels, 1),
        scales(checkpoint),
        checkpoint.has(projections + "0" + projection + ".bias"),
        layers(checkpoint, ENCODER, encoderAttention, heads),
        layers(checkpoint, DECODER, decoderAttention, heads),
        "relu",
        positions);
  }

  /** Which maps there are: those of the backbone are projected by 1x1 convolutions. */
  Scales scales(StateDict checkpoint) {
    int ofBackbone = 0;
    while (ofBackbone < checkpoint.count(projections)
        && checkpoint.size(projections + ofBackbone + projection + ".weight", 2) == 1) {
      ofBackbone++;
    }
    return new Scales(4 - ofBackbone, checkpoint.size(prefix + levels, 0));
  }

  private DeformableLayers layers(
      StateDict checkpoint, String layers, String attention, int heads) {
    int samples = checkpoint.size(offsets(layers, attention), 0) / 2;
    return new DeformableLayers(
        checkpoint.count(prefix + layers),
        heads,
        samples / (heads * checkpoint.size(prefix + levels, 0)),
        checkpoint.size(prefix + layers + "0." + feedForward + ".weight", 0));
  }

  private String offsets(String layers, String attention) {
    return prefix + layers + "0." + attention + ".sampling_offsets.weight";
  }
}
