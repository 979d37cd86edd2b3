package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestNamesCheck {

  @Test
  void namesThatCannotAllBeReadAreAWarningWithTheRemedy() {
    assertThat(NamesCheck.of(Optional.of("lost")))
        .hasValue(
            Finding.warning(
                Check.JAVA, "lost", "set LC_ALL=C.UTF-8; for executors, spark.executorEnv.LC_ALL"));
    assertThat(NamesCheck.of(Optional.empty())).isEmpty();
  }
}
