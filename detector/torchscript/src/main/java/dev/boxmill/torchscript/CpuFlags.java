package dev.boxmill.torchscript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Instruction sets of a CPU, as Linux names them; none elsewhere. */
public record CpuFlags(Set<String> names) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final CpuFlags THIS_MACHINE = read();

  public CpuFlags {
    names = Set.copyOf(names);
  }

  /** Those of the CPU that this JVM runs on. */
  public static CpuFlags ofThisMachine() {
    return THIS_MACHINE;
  }

  private static CpuFlags read() {
    try {
      return of(Files.isReadable(CPU_INFO) ? Files.readString(CPU_INFO) : "");
    } catch (IOException unreadable) {
      return of("");
    }
  }

  /**
   * Those that a machine has.
   *
   * @param cpuInfo content of Linux' {@code /proc/cpuinfo}, of x86 or ARM
   */
  public static CpuFlags of(String cpuInfo) {
    return new CpuFlags(
        cpuInfo
            .lines()
            .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
            .findFirst()
            .map(
                line ->
                    Set.copyOf(
                        List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
            .orElse(Set.of()));
  }

  /** Whether it multiplies bfloat16 without emulation. */
  boolean multiplyBfloat16() {
    return names.contains("avx512_bf16") || names.contains("amx_bf16");
  }

  /** Whether oneDNN's convolutions take bfloat16: mkldnn_bf16_device_check of PyTorch 2.7. */
  boolean convolveBfloat16() {
    return names.containsAll(Set.of("avx512bw", "avx512vl", "avx512dq"))
        || names.contains("avx_ne_convert");
  }
}
