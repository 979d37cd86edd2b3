package dev.boxmill.job.bench;

import dev.boxmill.job.Boxmill;
import dev.boxmill.job.session.DetectorLabelerProvider;
import picocli.CommandLine;

/**
 * The entry point of {@code ./boxmill bench} in a clone: the command line with benchmarks in it.
 */
public final class Bench {

  private Bench() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(Boxmill.run(commandLine(), arguments));
  }

  static CommandLine commandLine() {
    return Boxmill.commandLine(new DetectorLabelerProvider()).addSubcommand(new BenchCommand());
  }
}
