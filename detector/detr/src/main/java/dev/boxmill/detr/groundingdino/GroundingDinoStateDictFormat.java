package dev.boxmill.detr.groundingdino;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.RenamedReadingArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.StateDictDeformableTransformer;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.words.Prompt;
import java.util.regex.Pattern;

/** A Grounding DINO as its authors' code saves it: IDEA-Research/GroundingDINO. */
record GroundingDinoStateDictFormat() implements StateDictFormat {
  private static final StateDictDeformableTransformer TRANSFORMER =
      StateDictDeformableTransformer.ORIGINAL;

  private static final KeyMapping NAMES =
      KeyMapping.read(GroundingDinoStateDictFormat.class, "original.keys").and(Backbones.KEYS);

  private static final MapPositionEmbedding POSITIONS =
      new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1);

  private static final String QUERIES = "transformer.tgt_embed.weight";
  private static final String FUSION = "transformer.encoder.fusion_layers.0.gamma_v";
  private static final String EMBEDDINGS = "bert.embeddings.";
  private static final String LAYERS = "bert.encoder.layer.";

  /** The labels' embedding, which denoising trains with. */
  private static final Pattern UNREAD = Pattern.compile("label_enc\\.weight");

  private static final int LONGEST_TEXT = 256;
  private static final int CHANNELS_OF_TEXT_HEAD = 64;

  @Override
  public String name() {
    return "grounding-dino";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return TRANSFORMER.isIn(checkpoint) && checkpoint.has(FUSION);
  }

  /** Its decoder's layers have one box head, as both published configurations say. */
  @Override
  public Architecture architecture(StateDict checkpoint) {
    GroundingDinoArchitecture network =
        new GroundingDinoArchitecture(
            Backbones.find(checkpoint, 32),
            TRANSFORMER.read(checkpoint, POSITIONS),
            text(checkpoint),
            new GroundingDinoHeads(false, true, true, false),
            checkpoint.size(QUERIES, 0),
            LONGEST_TEXT,
            Prompt.NONE);
    return new RenamedReadingArchitecture(network, NAMES, checkpoint.named(UNREAD));
  }

  private static Bert text(StateDict checkpoint) {
    String words = EMBEDDINGS + "word_embeddings.weight";
    int width = checkpoint.size(words, 1);
    return new Bert(
        checkpoint.size(words, 0),
        width,
        checkpoint.count(LAYERS),
        checkpoint.setting("text-heads", Math.max(1, width / CHANNELS_OF_TEXT_HEAD)),
        checkpoint.size(LAYERS + "0.intermediate.dense.weight", 0),
        checkpoint.size(EMBEDDINGS + "position_embeddings.weight", 0),
        checkpoint.size(EMBEDDINGS + "token_type_embeddings.weight", 0),
        "gelu",
        1e-12);
  }
}
