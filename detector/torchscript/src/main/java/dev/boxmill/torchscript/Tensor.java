package dev.boxmill.torchscript;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.List;

/**
 * An array on a module's device. Opaque: its number format is PyTorch's affair, and Java sees its
 * values only as float32 copies. Whoever made or received it by a call that says so closes it;
 * closing twice is harmless.
 */
public final class Tensor implements AutoCloseable {
  private final TorchModule module;
  private final PtNDArray array;

  Tensor(TorchModule module, PtNDArray array) {
    this.module = module;
    this.array = array;
  }

  /** Sizes of its dimensions, outermost first. */
  public List<Long> shape() {
    return Arrays.stream(JniUtils.getShape(array).getShape()).boxed().toList();
  }

  /** A copy of the values as float32, row-major, whatever the number format (integers too). */
  public float[] floats() {
    return module.floats(array);
  }

  PtNDArray array() {
    return array;
  }

  @Override
  public void close() {
    array.close();
  }
}
