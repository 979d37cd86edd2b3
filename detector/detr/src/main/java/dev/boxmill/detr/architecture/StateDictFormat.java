package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.statedict.StateDict;

/**
 * How one code base names the tensors of one network. There is one for each pair of the two, and
 * one for each network whose tensors look the same.
 */
public interface StateDictFormat {

  /** What {@code --architecture} calls the network, whoever trained it: {@code detr-dc5}. */
  String name();

  /** Whether the tensors may be this network's. */
  boolean fits(StateDict checkpoint);

  /**
   * The network of a checkpoint that fits, its tensors under the names that they have there.
   *
   * @throws CheckpointException if a size or a setting is not supported
   */
  Architecture architecture(StateDict checkpoint);
}
