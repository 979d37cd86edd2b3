package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class TestBench {

  /** The options that every command has are none of a benchmark's own. */
  @Test
  void everyBenchmarkHasHelpAndTheOptionsOfAllCommands() {
    CommandLine bench = Bench.commandLine().getSubcommands().get("bench");
    assertThat(bench.getSubcommands()).containsKeys("family", "overhead", "commands");
    bench
        .getSubcommands()
        .forEach(
            (name, command) ->
                assertThat(command.getUsageMessage())
                    .as(name)
                    .contains("--threads", "--memory", name));
  }
}
