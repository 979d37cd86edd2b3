package dev.boxmill.job.preflight;

import dev.boxmill.torchscript.CpuFlags;
import java.util.List;

/** Instructions of this machine's CPU that decide how fast a network runs on it. */
final class CpuFeatures {

  /** Linux' names, from the oldest on: x86, then ARM. */
  private static final List<String> TELLING =
      List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve");

  private CpuFeatures() {}

  /** Those that the CPU has; none where the system does not say. */
  static List<String> here() {
    return telling(CpuFlags.ofThisMachine());
  }

  /**
   * Those that a machine has.
   *
   * @param cpuInfo content of Linux' {@code /proc/cpuinfo}
   */
  static List<String> of(String cpuInfo) {
    return telling(CpuFlags.of(cpuInfo));
  }

  private static List<String> telling(CpuFlags flags) {
    return TELLING.stream().filter(flags.names()::contains).toList();
  }
}
