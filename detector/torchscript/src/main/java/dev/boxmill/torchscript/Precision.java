package dev.boxmill.torchscript;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Number format of a network's weights and feature maps. Pixels in and results out are always
 * float32.
 */
public enum Precision {
  /** The fastest that the device computes without emulation: see {@link #on}. */
  AUTO,
  FP32,
  BF16,
  FP16;

  /**
   * What this means on a device: AUTO is fp16 on CUDA, bf16 on a CPU with bfloat16 instructions,
   * else fp32.
   */
  public Precision on(Device device) {
    if (this != AUTO) {
      return this;
    }
    return switch (device.kind()) {
      case CUDA -> FP16;
      case CPU -> CpuFlags.ofThisMachine().multiplyBfloat16() ? BF16 : FP32;
    };
  }

  /** PyTorch's number of this type (c10/core/ScalarType.h). */
  int scalarType() {
    return switch (this) {
      case FP32 -> 6;
      case FP16 -> 5;
      case BF16 -> 15;
      case AUTO -> throw new IllegalStateException("AUTO has no type before on(device)");
    };
  }

  /** The name as users write it. */
  public String optionValue() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All of them, as users write them. */
  public static List<String> optionValues() {
    return Arrays.stream(values()).map(Precision::optionValue).toList();
  }

  /**
   * The one that a user wrote.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Precision of(String optionValue) {
    return Arrays.stream(values())
        .filter(precision -> precision.optionValue().equals(optionValue))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown precision '"
                        + optionValue
                        + "' (known: "
                        + String.join(", ", optionValues())
                        + ")"));
  }
}
