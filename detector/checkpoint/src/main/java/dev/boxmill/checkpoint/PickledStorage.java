package dev.boxmill.checkpoint;

import java.util.Optional;

/**
 * Values that one or several tensors of a PyTorch checkpoint share.
 *
 * @param key name of its entry under {@code data/}
 * @param elements as the pickle counts them
 */
record PickledStorage(DType dtype, String key, long elements) {

  /**
   * A persistent id: ('storage', type, key, where it was, elements), and in files of PyTorch before
   * 1.6 a sixth, the part of another storage that it is; newer versions leave that None.
   */
  static Optional<PickledStorage> of(Object reference) {
    if (reference instanceof Object[] parts
        && (parts.length == 5 || (parts.length == 6 && parts[5] == null))
        && "storage".equals(parts[0])
        && parts[1] instanceof PickledType type
        && type.dtype().isPresent()
        && parts[2] instanceof String key
        && PickledTensor.isCount(parts[4])) {
      long elements = ((Number) parts[4]).longValue();
      return Optional.of(new PickledStorage(type.dtype().get(), key, elements));
    }
    return Optional.empty();
  }
}
