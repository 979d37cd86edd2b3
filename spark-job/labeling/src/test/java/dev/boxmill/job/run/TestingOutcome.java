package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What came of a run.
 *
 * @param report null if it failed
 * @param failure null if it did not
 * @param console what it printed
 */
public record TestingOutcome(RunReport report, Exception failure, String console) {

  /** A run that is given a console. */
  public interface Work {
    RunReport run(PrintStream console) throws Exception;
  }

  public static TestingOutcome of(Work work) {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(console, true, StandardCharsets.UTF_8);
    RunReport report = null;
    Exception failure = null;
    try {
      report = work.run(stream);
    } catch (Exception failed) {
      failure = failed;
    }
    return new TestingOutcome(report, failure, console.toString(StandardCharsets.UTF_8));
  }

  /** Of a run that must not have failed. */
  public String summary() {
    if (failure != null) {
      throw new AssertionError(console + failure, failure);
    }
    return report.summary();
  }

  /** The message of a request that was refused. */
  public String refusal() {
    if (failure instanceof BadInputException refused) {
      return refused.getMessage();
    }
    throw new AssertionError(failure == null ? summary() : console, failure);
  }
}
