package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.Version;
import org.junit.jupiter.api.Test;

final class TestVersion {

  @Test
  void classesWithoutAJarAreInDevelopment() {
    assertThat(Version.text()).isEqualTo("development");
    assertThat(TestingCommand.run("--version").out())
        .isEqualToIgnoringNewLines("boxmill development");
  }
}
