package dev.boxmill.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A view of a storage, as PyTorch describes it.
 *
 * @param offset first element in the storage
 * @param strides in elements, for each dimension
 */
record PickledTensor(PickledStorage storage, long offset, List<Long> shape, List<Long> strides) {

  private static final int MOST_DIMENSIONS = 16;

  PickledTensor {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
  }

  /** From (storage, offset, size, stride, requires_grad, hooks). */
  static Optional<PickledTensor> of(Object[] arguments) {
    Optional<List<Long>> shape = counts(arguments[2]);
    Optional<List<Long>> strides = counts(arguments[3]);
    if (arguments[0] instanceof PickledStorage storage
        && isCount(arguments[1])
        && shape.isPresent()
        && strides.isPresent()
        && shape.get().size() == strides.get().size()) {
      long offset = ((Number) arguments[1]).longValue();
      return Optional.of(new PickledTensor(storage, offset, shape.get(), strides.get()));
    }
    return Optional.empty();
  }

  /** Whether it is a whole number from 0 on that fits 64 bits. */
  static boolean isCount(Object value) {
    return (value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0;
  }

  private static Optional<List<Long>> counts(Object tuple) {
    if (!(tuple instanceof Object[] values)) {
      return Optional.empty();
    }
    List<Long> counts = new ArrayList<>();
    for (Object value : values) {
      if (!isCount(value)) {
        return Optional.empty();
      }
      counts.add(((Number) value).longValue());
    }
    return Optional.of(counts);
  }

  /**
   * Makes sure that its storage holds it.
   *
   * @throws CheckpointException naming the tensor
   */
  void check(Path path, String name) {
    String of = "its tensor " + MessageText.name(name);
    if (shape.size() > MOST_DIMENSIONS) {
      throw PickledStateDict.refusal(path, of + " has too many dimensions");
    }
    try {
      fault()
          .ifPresent(
              fault -> {
                throw PickledStateDict.refusal(path, of + " of " + fault);
              });
    } catch (ArithmeticException e) {
      throw PickledStateDict.refusal(path, of + " is larger than any file");
    }
  }

  /**
   * Why its storage doesn't hold it, or nothing.
   *
   * @throws ArithmeticException if it reaches beyond 64 bits
   */
  private Optional<String> fault() {
    long elements = elements();
    if (elements == 0) {
      return Optional.empty();
    }
    long last = offset;
    for (int i = 0; i < shape.size(); i++) {
      last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
    }
    if (last >= storage.elements() || elements > storage.elements()) {
      return Optional.of(
          "shape %s with strides %s from %d on doesn't fit its storage of %d values"
              .formatted(
                  MessageText.shape(shape),
                  MessageText.shape(strides),
                  offset,
                  storage.elements()));
    }
    return Optional.empty();
  }

  private long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Its bytes, row-major, without gaps.
   *
   * @param stored the storage's bytes
   */
  ByteBuffer gathered(byte[] stored) {
    if (elements() == 0) {
      return ByteBuffer.allocate(0);
    }
    int size = storage.dtype().bits() / Byte.SIZE;
    int bytes = Math.toIntExact(elements() * size);
    if (isContiguous()) {
      return ByteBuffer.wrap(stored, Math.toIntExact(offset * size), bytes)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer gathered = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    gather(stored, size, 0, offset, gathered);
    return gathered.flip();
  }

  private boolean isContiguous() {
    long expected = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && strides.get(i) != expected) {
        return false;
      }
      expected *= shape.get(i);
    }
    return true;
  }

  private void gather(byte[] stored, int size, int dimension, long from, ByteBuffer gathered) {
    if (dimension == shape.size()) {
      gathered.put(stored, Math.toIntExact(from * size), size);
      return;
    }
    for (long i = 0; i < shape.get(dimension); i++) {
      gather(stored, size, dimension + 1, from + i * strides.get(dimension), gathered);
    }
  }
}
