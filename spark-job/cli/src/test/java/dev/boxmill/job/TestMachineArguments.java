package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestMachineArguments {

  @Test
  void whatSomebodyElseDecidedIsRefused() {
    TestingCommand memory = TestingCommand.run("label", "--memory", "8g");
    TestingCommand threads = TestingCommand.run("label", "--threads", "0");

    assertThat(memory.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(memory.err())
        .isEqualTo(
            "Cannot give 8g by --memory: Java runs already (spark-submit takes --driver-memory"
                + " 8g)\n");
    assertThat(threads.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(threads.err()).isEqualTo("Invalid --threads: 0 (must be at least 1)\n");
  }

  @Test
  void aSessionThatRunsKeepsItsCores() {
    TestingSpark.session();

    assertThat(TestingCommand.run("label", "--threads", "1").err())
        .isEqualTo(
            "Cannot use --threads: Spark's master is local[2] (which says how many cores it"
                + " uses)\n");
  }
}
