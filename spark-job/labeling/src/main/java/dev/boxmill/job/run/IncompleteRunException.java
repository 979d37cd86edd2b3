package dev.boxmill.job.run;

import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.table.TableTotals;

/** The written rows are not one for each input. */
public final class IncompleteRunException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private IncompleteRunException(String reason) {
    super("Cannot finish the run: " + reason + " (this is a fault of boxmill, please report it)");
  }

  /**
   * Holds the table against the lists of inputs that were committed with it.
   *
   * @param unlabeled files of this run's inputs that are in no list
   * @param labeled files of all lists
   */
  static void refuse(long unlabeled, SortedFiles labeled, TableTotals written) {
    if (unlabeled > 0) {
      throw new IncompleteRunException(unlabeled + " input files were not labeled");
    }
    if (labeled.duplicates() > 0) {
      throw new IncompleteRunException(
          labeled.duplicates() + " input files were labeled more than once");
    }
    long inputs = labeled.images().orElse(written.rows());
    if (written.rows() != inputs || written.images() != inputs) {
      throw new IncompleteRunException(
          inputs + " inputs gave " + written.rows() + " rows of " + written.images() + " images");
    }
  }
}
