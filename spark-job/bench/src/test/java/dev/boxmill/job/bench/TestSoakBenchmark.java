package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingCommand;
import org.junit.jupiter.api.Test;

final class TestSoakBenchmark {

  @Test
  void memoryIsSampledAndItsSlopePrinted() {
    TestingCommand command = TestingCommand.run("bench", "soak", "--images", "200");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out().lines()).hasSize(22);
    assertThat(command.out())
        .containsPattern("(?m)^ {5}200 +\\d+\\.\\d +\\d+\\.\\d +\\d+\\.\\d$")
        .containsPattern("Slope over the last half: -?\\d+ bytes per image");
  }

  @Test
  void tooFewImagesAreRefused() {
    TestingCommand command = TestingCommand.run("bench", "soak", "--images", "39");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err()).contains("Invalid --images: 39 (must be at least 40)");
  }
}
