package dev.boxmill.job.run;

import dev.boxmill.job.table.TableTotals;

/** The written rows are not one for each input. */
public final class IncompleteRunException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private IncompleteRunException(String message) {
    super(message);
  }

  static void refuse(long inputs, TableTotals written) {
    if (written.rows() != inputs || written.images() != inputs) {
      throw new IncompleteRunException(
          "Cannot finish the run: "
              + inputs
              + " inputs gave "
              + written.rows()
              + " rows of "
              + written.images()
              + " images (nothing was published; this is a fault of boxmill, please report it)");
    }
  }
}
