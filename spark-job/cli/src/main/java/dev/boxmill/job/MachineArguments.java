package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.run.BoxmillSession;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** How much of its machine a command takes that Spark runs on one machine; every command has it. */
final class MachineArguments {

  /** What the script {@code boxmill} gave Java as its heap. */
  private static final String GIVEN_MEMORY = "boxmill.memory";

  @Option(
      names = "--threads",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      description = "Cores that a run on this machine uses. Default: all.")
  private Integer threads;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      scope = ScopeType.INHERIT,
      description =
          "Java's heap of a run on this machine, such as 8g; images and networks take memory beside"
              + " it. Default: 4g, or what BOXMILL_MEMORY says.")
  private String memory;

  /**
   * Takes them for the session that is to start.
   *
   * @throws BadInputException if one is out of range, or if somebody else has decided it
   */
  void apply() {
    if (memory != null && !memory.equals(System.getProperty(GIVEN_MEMORY))) {
      throw new BadInputException(
          "Cannot give "
              + memory
              + " by --memory: Java runs already (spark-submit takes --driver-memory "
              + memory
              + ")");
    }
    if (threads == null) {
      return;
    }
    if (threads < 1) {
      throw new BadInputException("Invalid --threads: " + threads + " (must be at least 1)");
    }
    BoxmillSession.master()
        .ifPresent(
            master -> {
              throw new BadInputException(
                  "Cannot use --threads: Spark's master is "
                      + master
                      + " (which says how many cores it uses)");
            });
    System.setProperty(BoxmillSession.THREADS, threads.toString());
  }
}
