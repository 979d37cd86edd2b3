package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.Version;
import org.junit.jupiter.api.Test;

final class TestVersion {

  /** Maven's test phase has folders of classes, its verify phase has jars. */
  @Test
  void aJarHasAVersionAndClassesWithoutOneAreInDevelopment() {
    String place = Version.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertThat(Version.text())
        .matches(place.endsWith(".jar") ? "\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?" : "development");
    assertThat(TestingCommand.run("--version").out())
        .isEqualToIgnoringNewLines("boxmill " + Version.text());
  }
}
