package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.LabelSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TestSoakBenchmark {

  private final StringWriter out = new StringWriter();

  @Test
  void memoryIsSampledAndItsSlopePrinted() throws IOException {
    SoakBenchmark.run(LabelSettings.EMBEDDED, 200, new PrintWriter(out));

    assertThat(out.toString().lines()).hasSize(22);
    assertThat(out.toString())
        .containsPattern("(?m)^ {5}200 +\\d+\\.\\d +\\d+\\.\\d +\\d+\\.\\d$")
        .containsPattern("Slope over the last half: -?\\d+ bytes per image");
  }

  @Test
  void tooFewImagesAreRefused() {
    assertThatThrownBy(() -> SoakBenchmark.run(LabelSettings.EMBEDDED, 39, new PrintWriter(out)))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --images: 39 (must be at least 40)");
  }
}
