package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class TestFinding {

  @Test
  void anErrorsRemedyStandsByItself() {
    Finding found = failed("Cannot read input a (b): it is gone (check the path (on all hosts))");

    assertThat(found.what()).isEqualTo("Cannot read input a (b): it is gone");
    assertThat(found.remedy()).isEqualTo("check the path (on all hosts)");
  }

  @Test
  void anErrorWithoutRemedyGetsTheChecksOwn() {
    Finding found = failed("Connection refused\n\tat some place");

    assertThat(found.what()).isEqualTo("Connection refused");
    assertThat(found.remedy()).isEqualTo("see the log");
    assertThat(Finding.failed(Check.JAVA, new NoClassDefFoundError("x/Y"), "").what())
        .isEqualTo("java.lang.NoClassDefFoundError: x/Y");
    assertThat(Finding.failed(Check.JAVA, new IllegalStateException(), "").what())
        .isEqualTo("java.lang.IllegalStateException");
  }

  private static Finding failed(String message) {
    return Finding.failed(Check.INPUT, new IOException(message), "see the log");
  }
}
