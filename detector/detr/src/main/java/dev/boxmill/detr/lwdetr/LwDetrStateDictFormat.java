package dev.boxmill.detr.lwdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An LW-DETR as its authors' code saves it. Where layers attend across windows, and which maps are
 * read, no shape shows: both follow from the number of layers, as they do in all published sizes.
 */
record LwDetrStateDictFormat() implements StateDictFormat {
  private static final KeyMapping NAMES =
      KeyMapping.read(LwDetrStateDictFormat.class, "original.keys")
          .and(GroupDecoderStateDict.NAMES);

  private static final String PATCH = "backbone.0.encoder.patch_embed.proj.weight";
  private static final String POSITIONS = "backbone.0.encoder.pos_embed";
  private static final String BLOCKS = "backbone.0.encoder.blocks.";
  private static final String LEVELS = "backbone.0.projector.stages.";
  private static final String SAMPLING = "backbone.0.projector.stages_sampling.";

  private static final int HEADS = 12;
  private static final int WINDOWS = 4;

  /** LW-DETR-Tiny's layers, then those of all larger ones. */
  private static final int FEW = 6;

  private static final int MANY = 10;

  @Override
  public String name() {
    return "lw-detr";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has(PATCH) && checkpoint.has(POSITIONS);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    VisionTransformer backbone = backbone(checkpoint);
    List<Double> scales = scales(checkpoint);
    LwDetrArchitecture detr =
        new LwDetrArchitecture(
            backbone,
            scales,
            GroupDecoderStateDict.projector(checkpoint),
            1e-5,
            GroupDecoderStateDict.decoder(checkpoint, scales.size()),
            ClassNames.ofClasses(checkpoint.size("class_embed.weight", 0)));
    return new RenamedArchitecture(detr, NAMES, Set.of());
  }

  private static VisionTransformer backbone(StateDict checkpoint) {
    int layers = checkpoint.count(BLOCKS);
    if (layers != FEW && layers != MANY) {
      throw new CheckpointException(
          "Invalid number of layers of the LW-DETR's backbone: %d (must be %d or %d, as in the"
                  .formatted(layers, FEW, MANY)
              + " published sizes: of others no tensor shows which layers attend within windows)");
    }
    return new VisionTransformer(
        checkpoint.size(PATCH, 0),
        checkpoint.setting("backbone-heads", HEADS),
        checkpoint.size(BLOCKS + "0.mlp.fc1.weight", 0),
        "gelu",
        1e-6,
        checkpoint.size(PATCH, 2),
        WINDOWS,
        checkpoint.size(POSITIONS, 1),
        VisionTransformerConfig.global(
            layers, layers == FEW ? List.of(0, 2, 4) : List.of(0, 1, 3, 6, 7, 9)),
        layers == FEW ? List.of(2, 4, 6) : List.of(3, 5, 6, 10));
  }

  /** A transposed convolution enlarges, one with a norm makes smaller. */
  private static List<Double> scales(StateDict checkpoint) {
    List<Double> scales = new ArrayList<>();
    for (int level = 0; level < checkpoint.count(LEVELS); level++) {
      String first = SAMPLING + level + ".0.";
      if (!checkpoint.hasAny(first)) {
        scales.add(1.0);
      } else if (checkpoint.has(first + "0.conv.weight")
          && checkpoint.size(first + "0.conv.weight", 2) == 3) {
        scales.add(0.5);
      } else {
        scales.add(2.0);
      }
    }
    return scales;
  }
}
