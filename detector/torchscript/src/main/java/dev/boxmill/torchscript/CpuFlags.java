package dev.boxmill.torchscript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Instruction sets of a CPU, as Linux names them; none elsewhere. */
record CpuFlags(Set<String> names) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final CpuFlags THIS_MACHINE = read();

  static CpuFlags ofThisMachine() {
    return THIS_MACHINE;
  }

  private static CpuFlags read() {
    if (!Files.isReadable(CPU_INFO)) {
      return new CpuFlags(Set.of());
    }
    try {
      String flags =
          Files.readAllLines(CPU_INFO).stream()
              .filter(line -> line.startsWith("flags"))
              .findFirst()
              .orElse("");
      return new CpuFlags(Set.copyOf(List.of(flags.split("\\s+"))));
    } catch (IOException unreadable) {
      return new CpuFlags(Set.of());
    }
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
