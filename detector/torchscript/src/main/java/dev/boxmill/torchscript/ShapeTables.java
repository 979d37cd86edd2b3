package dev.boxmill.torchscript;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tables that passes made, by the shapes that they were made for: see {@code tables.py}. They are
 * kept as long as their module, and no more of them than a limit: passes over shapes that come
 * after it make their own.
 */
final class ShapeTables {
  static final String PREFIX = "table.";

  /** The largest, of DINO with five scales, take 100 MB; those of DETR 1 MB. */
  private static final long LIMIT_BYTES = 128L << 20;

  private static final int BYTES_PER_VALUE = 4;

  private final Map<Object, Map<String, Tensor>> byShapes = new ConcurrentHashMap<>();
  private long bytes;

  /** Empty for shapes that are new. */
  Map<String, Tensor> of(Object shapes) {
    return byShapes.getOrDefault(shapes, Map.of());
  }

  /**
   * Whether they are kept from now on: not where others of these shapes are, or no room is left.
   */
  synchronized boolean keep(Object shapes, Map<String, Tensor> made) {
    long size = made.values().stream().mapToLong(ShapeTables::bytes).sum();
    if (bytes + size > LIMIT_BYTES || byShapes.putIfAbsent(shapes, made) != null) {
      return false;
    }
    bytes += size;
    return true;
  }

  private static long bytes(Tensor table) {
    return table.shape().stream().reduce((long) BYTES_PER_VALUE, Math::multiplyExact);
  }
}
