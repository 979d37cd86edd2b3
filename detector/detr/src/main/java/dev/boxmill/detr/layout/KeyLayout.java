package dev.boxmill.detr.layout;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.Architecture;

/**
 * How one code base names the tensors of one network. There is one for each pair of the two, and
 * one for each network whose tensors look the same.
 */
public interface KeyLayout {

  /** What {@code --architecture} calls the network, whoever trained it: {@code detr-dc5}. */
  String name();

  /** Whether the tensors may be this network's. */
  boolean fits(BareCheckpoint checkpoint);

  /**
   * The network of a checkpoint that fits, its tensors under the names that they have there.
   *
   * @throws CheckpointException if a size or a setting is not supported
   */
  Architecture architecture(BareCheckpoint checkpoint);
}
