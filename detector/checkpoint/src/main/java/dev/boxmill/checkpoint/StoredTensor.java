package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor that lies in a checkpoint file. Knowing its shape and type costs nothing; its values are
 * read when asked for.
 */
public final class StoredTensor implements Weight {

  /** A mapping, and a Java buffer, holds at most 2 GiB less one byte. */
  private static final long MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;

  private final Path file;
  private final String name;
  private final DType dtype;
  private final List<Long> shape;
  private final Supplier<ByteBuffer> bytes;

  /**
   * A tensor of a file.
   *
   * @param bytes gives its bytes, little-endian and row-major, from position 0
   */
  StoredTensor(Path file, String name, DType dtype, List<Long> shape, Supplier<ByteBuffer> bytes) {
    this.file = file;
    this.name = name;
    this.dtype = dtype;
    this.shape = List.copyOf(shape);
    this.bytes = bytes;
  }

  /** As the checkpoint calls it. */
  public String name() {
    return name;
  }

  /** The type in the file; {@link #values} are float32 all the same. */
  public DType dtype() {
    return dtype;
  }

  /** Where it lies. */
  public Path file() {
    return file;
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  /**
   * The values as float32, read-only: of F32 in a safetensors file a view of the mapped file, else
   * a copy, made at each call. Either stays valid after the checkpoint was closed.
   *
   * @throws CheckpointException if the type is none of the three, or the values would take 2 GiB or
   *     more as float32 (one Java buffer can't hold them)
   * @throws IllegalStateException if the checkpoint was closed
   */
  @Override
  public FloatBuffer values() {
    if (!dtype.isWeight()) {
      throw SafetensorsHeader.refusal(
          file(), name(), "its dtype is " + dtype(), "weights must be F32, F16 or BF16");
    }
    long floats = shape.stream().reduce(1L, Math::multiplyExact);
    if (floats > MOST_FLOATS) {
      throw SafetensorsHeader.refusal(
          file(),
          name(),
          "it has " + floats + " values, more than the " + MOST_FLOATS + " of one Java buffer",
          "no detector has such a tensor: check the checkpoint");
    }
    ByteBuffer stored = bytes.get();
    if (dtype == DType.F32) {
      return stored.asFloatBuffer();
    }
    return dtype == DType.F16
        ? HalfPrecision.float16(stored.asShortBuffer())
        : HalfPrecision.bfloat16(stored.asShortBuffer());
  }

  @Override
  public String toString() {
    return name() + " " + MessageText.shape(shape()) + " " + dtype();
  }
}
