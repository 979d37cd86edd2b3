package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint's {@code config.json} says about its network: the program that computes it, the
 * tensors that it reads, and how its results are meant.
 *
 * <p>The program's entry point {@code forward} takes {@code pixels} (B, 3, H, W), float32 and
 * normalized, and returns {@code logits} (B, Q, C) and {@code boxes} (B, Q, 4), cxcywh relative to
 * the image, both float32, and the backbone's feature maps {@code c2} to {@code c5} in the
 * network's precision. {@code stages} takes the same and returns every step's result as float32.
 */
public interface Architecture {

  /** The text of the network with this configuration's constants. */
  Program program();

  /** All tensors that the program reads. */
  List<ExpectedTensor> tensors();

  /** Exact names of tensors that a checkpoint may hold although no forward pass reads them. */
  Set<String> ignoredTensors();

  /** Class names by the index that detections carry. */
  Map<Integer, String> classNames();

  /** How logits and boxes become detections. */
  PostProcessing postProcessing();

  /** Channels of {@code c2} to {@code c5}. */
  List<Integer> featureChannels();

  /**
   * Pixels of the network's input per cell of {@code c2} to {@code c5}: 4, 8, 16, 32 unless the
   * backbone is dilated.
   */
  default List<Integer> featureStrides() {
    return List.of(4, 8, 16, 32);
  }
}
