package dev.boxmill.checkpoint;

import java.util.Optional;

/**
 * Values that one or several tensors of a PyTorch checkpoint share.
 *
 * @param key name of its entry under {@code data/}
 * @param elements as the pickle counts them
 */
record PickledStorage(DType dtype, String key, long elements) {

  /** A persistent id: ('storage', type, key, where it was, elements). */
  static Optional<PickledStorage> of(Object reference) {
    if (reference instanceof Object[] parts
        && parts.length == 5
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
