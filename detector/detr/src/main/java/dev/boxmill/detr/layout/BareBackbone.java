package dev.boxmill.detr.layout;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.backbone.Backbone;

/** Which backbone a bare checkpoint has. */
public final class BareBackbone {

  /** Lines of a {@link NameTable}: every published place of a backbone's tensors. */
  public static final NameTable NAMES =
      NameTable.parse(
          """
          model.backbone.conv_encoder.model.  backbone.0.body.
          model.backbone.conv_encoder.model.  backbone.0.
          model.backbone.conv_encoder.model.  backbone.body.
          model.backbone.conv_encoder.model.  backbone.
          """);

  private BareBackbone() {}

  /** Whether its last stage may be dilated, which tensors can't tell. */
  public static boolean mayBeDilated(BareCheckpoint checkpoint) {
    return BareResNet.find(checkpoint).isPresent();
  }

  /**
   * The backbone.
   *
   * @param outputStride input pixels per cell of C5, 32, or 16 for a dilated last stage
   * @throws CheckpointException if there is none
   */
  public static Backbone read(BareCheckpoint checkpoint, int outputStride) {
    return BareResNet.find(checkpoint)
        .<Backbone>map(resnet -> resnet.read(outputStride))
        .or(() -> BareSwin.find(checkpoint).map(BareSwin::read))
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Cannot find the backbone among the checkpoint's tensors (known: ResNet as"
                        + " torchvision or detectron2 names it, Swin as its authors do)"));
  }
}
