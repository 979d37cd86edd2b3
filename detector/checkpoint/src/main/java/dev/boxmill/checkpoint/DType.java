package dev.boxmill.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element types of the safetensors format. All may lie in a file; only {@link #F32}, {@link
 * #F16} and {@link #BF16} can be read as weights.
 */
public enum DType {
  F32(32),
  F16(16),
  BF16(16),
  F64(64),
  F8_E4M3(8),
  F8_E5M2(8),
  F8_E8M0(8),
  F6_E2M3(6),
  F6_E3M2(6),
  F4(4),
  I64(64),
  I32(32),
  I16(16),
  I8(8),
  U64(64),
  U32(32),
  U16(16),
  U8(8),
  BOOL(8),
  C64(64);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** Size of one element; the smallest types share bytes. */
  public int bits() {
    return bits;
  }

  /** Whether {@link StoredTensor#values} can give this type as float32. */
  public boolean isWeight() {
    return this == F32 || this == F16 || this == BF16;
  }

  static Optional<DType> of(String name) {
    return Arrays.stream(values()).filter(dtype -> dtype.name().equals(name)).findFirst();
  }

  static String known() {
    return Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", "));
  }
}
