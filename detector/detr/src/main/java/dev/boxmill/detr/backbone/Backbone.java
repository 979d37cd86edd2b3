package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Set;

/**
 * The network before the transformer: from pixels to four feature maps, called C2 to C5 whatever
 * their strides. Any architecture of the family takes any of them.
 */
public interface Backbone {

  /**
   * The functions {@code backbone(pixels, w)}, which takes pixels (B, 3, H, W) float32 and returns
   * C2 to C5, channels last in DTYPE, and {@code prepare_backbone(w, ready)}.
   */
  Program program();

  /**
   * Its tensors, under program names that begin with {@code backbone.}
   *
   * @param prefixes what may stand before their names in a checkpoint
   */
  List<ExpectedTensor> tensors(List<String> prefixes);

  /** Names of tensors that a checkpoint may hold although no forward pass reads them. */
  Set<String> ignoredTensors(List<String> prefixes);

  /** Channels of C2 to C5. */
  List<Integer> widths();

  /** Input pixels per cell of C2 to C5. */
  List<Integer> featureStrides();

  /**
   * Beginnings of program names of tensors that stay as they are when a detector is trained,
   * besides frozen BatchNorms.
   */
  default Set<String> neverTrained() {
    return Set.of();
  }
}
