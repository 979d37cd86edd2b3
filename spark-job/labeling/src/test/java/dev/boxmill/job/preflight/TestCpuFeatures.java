package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestCpuFeatures {

  @Test
  void tellsWhatDecidesTheSpeed() {
    String x86 = "processor\t: 0\nflags\t\t: fpu avx avx2 avx512f avx512_bf16 amx_tile\n";
    String arm = "processor\t: 0\nFeatures\t: fp asimd sve bf16\n";

    assertThat(CpuFeatures.of(x86)).containsExactly("avx2", "avx512f", "avx512_bf16");
    assertThat(CpuFeatures.of(arm)).containsExactly("asimd", "bf16", "sve");
    assertThat(CpuFeatures.of("nothing of the kind")).isEmpty();
  }
}
