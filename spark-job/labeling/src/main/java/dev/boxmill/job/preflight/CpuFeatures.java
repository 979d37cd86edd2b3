package dev.boxmill.job.preflight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Instructions of this machine's CPU that decide how fast a network runs on it. */
final class CpuFeatures {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Linux' names, from the oldest on: x86, then ARM. */
  private static final List<String> TELLING =
      List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve");

  private CpuFeatures() {}

  /** Those that the CPU has; none where the system does not tell. */
  static List<String> here() {
    try {
      return Files.isReadable(CPU_INFO) ? of(Files.readString(CPU_INFO)) : List.of();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  /**
   * Those that a machine has.
   *
   * @param cpuInfo content of Linux' {@code /proc/cpuinfo}
   */
  static List<String> of(String cpuInfo) {
    List<String> flags =
        cpuInfo
            .lines()
            .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
            .findFirst()
            .map(line -> Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
            .orElse(List.of());
    return TELLING.stream().filter(flags::contains).toList();
  }
}
