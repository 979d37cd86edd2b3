package dev.boxmill.job.export;

import dev.boxmill.job.error.BadInputException;
import java.util.Optional;

/**
 * What is to be exported, and where to.
 *
 * @param labels a label table, as the user named it
 * @param output file or folder, as the user named it
 * @param imageRoot where the tool finds the images: stands for the folder that all of them share
 * @param minScore boxes below are left out, 0 to 1
 * @param triage a triage table of the labels, as the user named it; for Label Studio alone
 */
public record ExportRequest(
    String labels,
    ExportFormat format,
    String output,
    Optional<String> imageRoot,
    double minScore,
    Optional<String> triage,
    Existing existing) {

  /** What to do with an output that is there already. */
  public enum Existing {
    REFUSE,
    REPLACE
  }

  public ExportRequest {
    if (!(minScore >= 0 && minScore <= 1)) {
      throw new BadInputException(
          "Invalid --min-score: " + minScore + " (must be a number from 0 to 1)");
    }
    if (triage.isPresent() && format != ExportFormat.LABEL_STUDIO) {
      throw new BadInputException(
          "Invalid --triage: "
              + triage.get()
              + " (must be given with --format "
              + ExportFormat.LABEL_STUDIO.optionValue()
              + ")");
    }
    if (output.isBlank()) {
      throw new BadInputException("Invalid --output: '" + output + "' (must be a path or a URI)");
    }
  }
}
