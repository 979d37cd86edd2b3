package dev.boxmill.job.train;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.spark.SparkException;

/**
 * What becomes of a training whose parameters are lost with an executor: it goes on from its last
 * save, unless that happens again and again.
 */
final class LostSlices {

  private static final int MOST = 5;

  /** Spark says so of what was computed and is gone. */
  private static final String GONE = "Checkpoint block";

  private final PrintStream console;
  private int losses;

  LostSlices(PrintStream console) {
    this.console = console;
  }

  /** Part of a training. */
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Does a part.
   *
   * @param back goes back to the last save, if parameters are lost meanwhile
   */
  <T> T survived(Work<T> work, Work<T> back) throws IOException {
    try {
      return work.run();
    } catch (Exception fault) { // Spark throws its own past Java's rules
      losses++;
      if (!isLoss(fault) || losses > MOST) {
        throw fault;
      }
      console.println("Parameters were lost with an executor: goes on from the last save");
      return back.run();
    }
  }

  private static boolean isLoss(Throwable fault) {
    return fault instanceof SparkException && String.valueOf(fault.getMessage()).contains(GONE);
  }
}
