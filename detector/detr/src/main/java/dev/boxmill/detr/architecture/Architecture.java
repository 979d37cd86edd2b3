package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a checkpoint's {@code config.json} says about its network: the program that computes it, the
 * tensors that it reads, and how its results are meant.
 *
 * <p>The program's entry point {@code forward} takes {@code pixels} (B, 3, H, W), float32 and
 * normalized, and returns {@code logits} (B, Q, C) and {@code boxes} (B, Q, 4), cxcywh relative to
 * the image, both float32, and the backbone's feature maps from {@code c2} on in the network's
 * precision. {@code stages} takes the same and returns every step's result as float32.
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

  /** What its authors do with images in evaluation; read where the checkpoint says nothing. */
  default Preprocessing preprocessing() {
    return Preprocessing.original();
  }

  /** How logits and boxes become detections. */
  PostProcessing postProcessing();

  /** Channels of {@code c2} and the maps after it. */
  List<Integer> featureChannels();

  /**
   * Pixels of the network's input per cell of {@code c2} and the maps after it: 4, 8, 16, 32 unless
   * the backbone is dilated or has fewer.
   */
  default List<Integer> featureStrides() {
    return List.of(4, 8, 16, 32);
  }

  /**
   * The same network for other classes; empty if its training is not known here.
   *
   * @param classNames by index, from 0 on
   */
  default Optional<Architecture> forClasses(Map<Integer, String> classNames) {
    return Optional.empty();
  }

  /** How it is trained; empty if its losses are not known here. */
  default Optional<TrainingNetwork> training() {
    return Optional.empty();
  }

  /** Whether it computes images of that size, the one that they have behind the preprocessing. */
  default boolean takes(ImageSize size) {
    return size.width() % sideMultiple() == 0 && size.height() % sideMultiple() == 0;
  }

  /** Pixels that the sides of images must be multiples of. */
  default int sideMultiple() {
    return 1;
  }

  /**
   * Makes sure of what names and shapes of tensors don't show.
   *
   * @throws CheckpointException if the checkpoint's values are another network's
   */
  default void require(Checkpoint checkpoint) {}
}
