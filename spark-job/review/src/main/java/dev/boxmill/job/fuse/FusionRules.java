package dev.boxmill.job.fuse;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * How boxes are fused.
 *
 * @param weights of the tables, in their order
 * @param iou boxes of a class that overlap more with a fused box belong to it
 * @param minScore boxes that score less are left out before, 0 to 1
 * @param confidence the score of a fused box
 */
public record FusionRules(List<Double> weights, double iou, double minScore, Confidence confidence)
    implements Serializable {

  /** Which score a fused box has, of its boxes' scores times their tables' weights. */
  public enum Confidence {
    /** The mean, less where tables have no box there. */
    AVG,
    /** The highest. */
    MAX,
    /** The weighted mean, times the weights of those tables that have a box there. */
    BOX_AND_MODEL_AVG,
    /** The mean over the weights of the boxes and of the tables that have none there. */
    ABSENT_MODEL_AWARE_AVG;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public FusionRules {
    weights = List.copyOf(weights);
    for (double weight : weights) {
      if (!(weight > 0 && Double.isFinite(weight))) {
        throw new BadInputException("Invalid --weights: " + weight + " (must be above 0)");
      }
    }
    requireShare("--iou", iou);
    requireShare("--min-score", minScore);
  }

  private static void requireShare(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new BadInputException("Invalid " + option + ": " + value + " (must be from 0 to 1)");
    }
  }

  /** As the label table names it among the refiners. */
  @Override
  public String toString() {
    String texts =
        String.join("/", weights.stream().map(weight -> String.valueOf((double) weight)).toList());
    return "fuse:weights=%s,iou=%s,min-score=%s,confidence=%s"
        .formatted(texts, iou, minScore, confidence);
  }
}
