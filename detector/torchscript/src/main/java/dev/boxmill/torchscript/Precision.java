package dev.boxmill.torchscript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

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
      case CPU -> cpuMultipliesBfloat16() ? BF16 : FP32;
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

  private static boolean cpuMultipliesBfloat16() {
    if (!Files.isReadable(CPU_INFO)) {
      return false;
    }
    try {
      String flags = Files.readString(CPU_INFO);
      return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    } catch (IOException unreadable) {
      return false;
    }
  }
}
