package dev.boxmill.checkpoint;

import java.util.List;

/**
 * What a safetensors header says of one tensor.
 *
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last
 */
record TensorEntry(String name, DType dtype, List<Long> shape, long begin, long end) {

  TensorEntry {
    shape = List.copyOf(shape);
  }

  long byteCount() {
    return end - begin;
  }

  /**
   * What the shape and the type ask for.
   *
   * @throws ArithmeticException if that is beyond 64 bits
   */
  long bitsOfShape() {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return Math.multiplyExact(elements, (long) dtype.bits());
  }
}
