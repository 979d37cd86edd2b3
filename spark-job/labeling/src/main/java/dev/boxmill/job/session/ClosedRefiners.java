package dev.boxmill.job.session;

import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.RefinerException;

/** The end of refiners whose work is done. */
final class ClosedRefiners {

  private ClosedRefiners() {}

  /** Closes them. The rows are made: a refiner that fails now costs a line in the log, no row. */
  static void close(RefinerChain refiners) {
    try {
      refiners.close();
    } catch (RefinerException failure) {
      System.err.println(failure.getMessage() + " (all its rows are made; the run goes on)");
    }
  }
}
