package dev.boxmill.detr.dfine;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.backbone.HgNetV2;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;

/**
 * A D-FINE as its authors' code saves it, or one that DEIM (Huang et al., "DEIM: DETR with Improved
 * Matching for Fast Convergence", 2024) or RT-DETRv4 trained: their tensors look the same.
 *
 * @param trainer who chose its activation
 */
record DFineStateDictFormat(Trainer trainer) implements StateDictFormat {
  private static final int QUERIES = 300;

  /** RT-DETRv4 learns from a teacher's features through this. */
  private static final String TEACHER = "encoder.feature_projector.";

  /** Whose training it was. */
  enum Trainer {
    D_FINE("d-fine", "relu"),
    DEIM("deim", "silu");

    private final String text;
    private final String activation;

    Trainer(String text, String activation) {
      this.text = text;
      this.activation = activation;
    }
  }

  static List<StateDictFormat> all() {
    return List.of(
        new DFineStateDictFormat(Trainer.D_FINE), new DFineStateDictFormat(Trainer.DEIM));
  }

  @Override
  public String name() {
    return trainer.text;
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has(FineStateDict.FIRST_BOXES)
        && checkpoint.has("decoder.enc_output.proj.weight")
        && (trainer == Trainer.DEIM || !checkpoint.hasAny(TEACHER));
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    int levels = checkpoint.count("encoder.input_proj.");
    FineStateDict sizes = new FineStateDict(checkpoint, Backbones.find(checkpoint, 32), levels, 0);
    DFineArchitecture network =
        new DFineArchitecture(
            sizes.backbone(),
            sizes.encoder("encoder.fpn_blocks.0"),
            sizes.decoder("linear1.weight", QUERIES),
            trainer.activation,
            trainer.activation,
            FineTraining.PUBLISHED_DENOISING,
            sizes.classNames());
    KeyMapping names = KeyMapping.read(DFineStateDictFormat.class, "original.keys");
    return sizes.named(
        network,
        names.and(HgNetV2.originalNames("model.backbone.model.")),
        Preprocessing::stretched);
  }
}
