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
   * @param unlabelled files of this run's inputs that are in no list
   * @param labelled files of all lists
   */
  static void refuse(long unlabelled, SortedFiles labelled, TableTotals written) {
    if (unlabelled > 0) {
      throw new IncompleteRunException(unlabelled + " input files were not labelled");
    }
    if (labelled.duplicates() > 0) {
      throw new IncompleteRunException(
          labelled.duplicates() + " input files were labelled more than once");
    }
    long inputs = labelled.images().orElse(written.rows());
    if (written.rows() != inputs || written.images() != inputs) {
      throw new IncompleteRunException(
          inputs + " inputs gave " + written.rows() + " rows of " + written.images() + " images");
    }
  }
}
