package dev.boxmill.job.fuse;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMap;
import dev.boxmill.job.table.WholeTable.ExistingTable;
import java.util.List;

/**
 * Label tables to fuse.
 *
 * @param labels the tables, as the user named them
 * @param output folder of the fused table, as the user named it
 * @param scope which images
 * @param renamed classes that have another name in the fused table
 */
public record FuseRequest(
    List<String> labels,
    String output,
    FusionRules rules,
    SharedImages scope,
    ClassMap renamed,
    ExistingTable existing) {

  /** Which images are fused. */
  public enum SharedImages {
    /** All; tables of different images are refused. */
    ALL,
    /** Those that every table has. */
    COMMON
  }

  public FuseRequest {
    labels = List.copyOf(labels);
    if (labels.size() < 2) {
      throw new BadInputException(
          "Invalid --labels: given once (must be given twice or more, once for each table)");
    }
    if (rules.weights().size() != labels.size()) {
      throw new BadInputException(
          "Invalid --weights: %d of them (must be %d, one for each --labels)"
              .formatted(rules.weights().size(), labels.size()));
    }
  }
}
