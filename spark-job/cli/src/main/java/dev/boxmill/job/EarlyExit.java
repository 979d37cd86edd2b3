package dev.boxmill.job;

import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Keeps a plugin or a library from ending the program as if its work were whole: {@code
 * System.exit(0)} before the command has ended gives the exit code of a run that broke off. What a
 * signal ends keeps the code of the signal.
 */
final class EarlyExit {

  /** The last of all: Spark and Hadoop have stopped and removed their temporary files. */
  private static final int PRIORITY = 0;

  private volatile boolean ended;

  private EarlyExit() {}

  /** Begins to watch. */
  static EarlyExit watch() {
    EarlyExit watch = new EarlyExit();
    ShutdownHookManager.get().addShutdownHook(watch::haltUnlessEnded, PRIORITY);
    return watch;
  }

  /** The command has ended, with that exit code. */
  int ended(int exitCode) {
    ended = true;
    return exitCode;
  }

  private void haltUnlessEnded() {
    if (ended) {
      return;
    }
    Optional<String> caller = caller();
    if (caller.isPresent()) {
      System.err.println(
          "The run broke off: "
              + caller.get()
              + " ended the program by System.exit (a plugin must not; the same command goes on"
              + " without it)");
      System.err.flush();
      Runtime.getRuntime().halt(ExitCode.RUN_FAILED);
    }
  }

  /** Who waits in {@code System.exit}; empty if a signal ends the program. */
  private static Optional<String> caller() {
    return Thread.getAllStackTraces().values().stream()
        .map(EarlyExit::callerOfExit)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> callerOfExit(StackTraceElement[] stack) {
    boolean exits =
        Arrays.stream(stack)
            .anyMatch(
                frame ->
                    frame.getClassName().equals(Runtime.class.getName())
                        && frame.getMethodName().equals("exit"));
    return exits
        ? Arrays.stream(stack)
            .filter(frame -> !frame.getClassName().startsWith("java.lang."))
            .map(frame -> frame.getClassName() + "." + frame.getMethodName())
            .findFirst()
        : Optional.empty();
  }
}
