package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A tensor that lies in a checkpoint file. Knowing its shape and type costs nothing; its values are
 * read when asked for.
 */
public final class StoredTensor implements Weight {

  /** A mapping, and a Java buffer, holds at most 2 GiB less one byte. */
  private static final long MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;

  private final SafetensorsFile file;
  private final TensorEntry entry;

  StoredTensor(SafetensorsFile file, TensorEntry entry) {
    this.file = file;
    this.entry = entry;
  }

  /** As the checkpoint calls it. */
  public String name() {
    return entry.name();
  }

  /** The type in the file; {@link #values} are float32 all the same. */
  public DType dtype() {
    return entry.dtype();
  }

  /** Where it lies. */
  public Path file() {
    return file.path();
  }

  @Override
  public List<Long> shape() {
    return entry.shape();
  }

  /**
   * The values as float32, read-only: of F32 a view of the mapped file, of F16 and BF16 a converted
   * copy, made anew at each call. Either stays valid after the checkpoint was closed.
   *
   * @throws CheckpointException if the type is none of the three, or the values would take 2 GiB or
   *     more as float32 (one Java buffer can't hold them)
   * @throws IllegalStateException if the checkpoint was closed
   */
  @Override
  public FloatBuffer values() {
    if (!entry.dtype().isWeight()) {
      throw SafetensorsHeader.refusal(
          file(), name(), "its dtype is " + dtype(), "weights must be F32, F16 or BF16");
    }
    long floats = entry.byteCount() * Byte.SIZE / entry.dtype().bits();
    if (floats > MOST_FLOATS) {
      throw SafetensorsHeader.refusal(
          file(),
          name(),
          "it has " + floats + " values, more than the " + MOST_FLOATS + " of one Java buffer",
          "no detector has such a tensor: check the checkpoint");
    }
    ByteBuffer bytes = file.map(entry);
    if (entry.dtype() == DType.F32) {
      return bytes.asFloatBuffer();
    }
    return entry.dtype() == DType.F16
        ? HalfPrecision.float16(bytes.asShortBuffer())
        : HalfPrecision.bfloat16(bytes.asShortBuffer());
  }

  @Override
  public String toString() {
    return name() + " " + Shown.shape(shape()) + " " + dtype();
  }
}
