package dev.boxmill.detr.rfdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.lwdetr.C2f;
import dev.boxmill.detr.lwdetr.GroupDecoderStateDict;
import dev.boxmill.detr.lwdetr.VisionTransformer;
import dev.boxmill.detr.lwdetr.VisionTransformerConfig;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.schemas.ImageSize;
import java.util.List;

/**
 * An RF-DETR as the package rfdetr saves it. Windows, and which maps are read, show in no shape:
 * they are those of the published sizes, which their patches tell apart.
 */
record RfDetrStateDictFormat() implements StateDictFormat {
  private static final String ENCODER = "backbone.0.encoder.encoder.";
  private static final String PATCH = ENCODER + "embeddings.patch_embeddings.projection.weight";
  private static final String POSITIONS = ENCODER + "embeddings.position_embeddings";
  private static final String LAYERS = ENCODER + "encoder.layer.";
  private static final String SECOND_LEVEL = "backbone.0.projector.stages.1.";

  private static final int HEAD = 64;
  private static final int LAYER_COUNT = 12;

  /** Side of RF-DETR-Base's patches; those of all others have 16 pixels. */
  private static final int BASE_PATCH = 14;

  private static final int BASE_SIZE = 560;

  @Override
  public String name() {
    return "rf-detr";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has(PATCH) && checkpoint.has(POSITIONS);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    if (checkpoint.hasAny("segmentation_head.") || checkpoint.hasAny(SECOND_LEVEL)) {
      throw new CheckpointException(
          "Cannot use the checkpoint: it is an RF-DETR for masks, or the first Large with two"
              + " levels (must be one for boxes: Nano, Small, Medium, Large of 2026, or Base)");
    }
    VisionTransformer backbone = backbone(checkpoint);
    C2f projector = GroupDecoderStateDict.projector(checkpoint);
    int side = checkpoint.setting("size", size(backbone));
    if (side % backbone.multiple() != 0) {
      throw new IllegalArgumentException(
          "Invalid --architecture: size=%d (must be a multiple of %d)"
              .formatted(side, backbone.multiple()));
    }
    return new RfDetrArchitecture(
        backbone,
        projector,
        1e-6,
        GroupDecoderStateDict.decoder(checkpoint, 1),
        new ImageSize(side, side),
        ClassNames.ofClasses(checkpoint.size("class_embed.weight", 0)));
  }

  private static VisionTransformer backbone(StateDict checkpoint) {
    int width = checkpoint.size(PATCH, 0);
    int patch = checkpoint.size(PATCH, 2);
    int layers = checkpoint.count(LAYERS);
    if (layers != LAYER_COUNT || (patch != 16 && patch != BASE_PATCH)) {
      throw new CheckpointException(
          ("Cannot tell the size of the RF-DETR: its backbone has %d layers and patches of %d"
                  + " pixels (known: 12 layers, 14 or 16 pixels; save the network as a Hugging Face"
                  + " directory, whose config.json says all of it)")
              .formatted(layers, patch));
    }
    boolean base = patch == BASE_PATCH;
    List<Integer> taps = base ? List.of(2, 5, 8, 11) : List.of(3, 6, 9, 12);
    return new VisionTransformer(
        width,
        checkpoint.setting("backbone-heads", Math.max(1, width / HEAD)),
        checkpoint.size(LAYERS + "0.mlp.fc1.weight", 0),
        "gelu",
        1e-6,
        patch,
        checkpoint.setting("windows", base ? 4 : 2),
        checkpoint.size(POSITIONS, 1),
        VisionTransformerConfig.global(layers, RfDetrConfig.windowed(taps)),
        taps);
  }

  /** RF-DETR-Base's positions are those of its pretraining, the others' those of its images. */
  private static int size(VisionTransformer backbone) {
    int side = (int) Math.round(Math.sqrt(backbone.positions() - 1)) * backbone.patch();
    return backbone.patch() == BASE_PATCH ? BASE_SIZE : side;
  }
}
