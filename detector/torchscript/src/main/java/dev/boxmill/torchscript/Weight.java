package dev.boxmill.torchscript;

import java.nio.FloatBuffer;
import java.util.List;

/** A tensor of a checkpoint, read when asked for. */
public interface Weight {

  /** Sizes of its dimensions, outermost first; empty for a scalar. */
  List<Long> shape();

  /**
   * All its values, row-major, from position 0 to the limit. May be a read-only view of a
   * memory-mapped file, which must stay open while the buffer is in use.
   */
  FloatBuffer values();
}
