package dev.boxmill.job.triage;

import dev.boxmill.job.error.BadInputException;

/**
 * Labels to look through.
 *
 * @param labels a label table, as the user named it
 * @param output folder of the triage table, as the user named it
 * @param threshold boxes that score so much and above are shown to people, between 0 and 1
 */
public record TriageRequest(String labels, String output, double threshold, Existing existing) {

  /** What to do with a triage table that is there already. */
  public enum Existing {
    REFUSE,
    REPLACE
  }

  public TriageRequest {
    if (!(threshold > 0 && threshold < 1)) {
      throw new BadInputException(
          "Invalid --threshold: " + threshold + " (must be above 0 and below 1)");
    }
    if (output.isBlank()) {
      throw new BadInputException("Invalid --output: '" + output + "' (must be a path or a URI)");
    }
  }
}
