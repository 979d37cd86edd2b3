package dev.boxmill.job.annotations;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationRequest;
import java.util.Optional;

/**
 * Annotations to look through.
 *
 * @param evaluation the annotations, and how labels are matched to them
 * @param labels a label table, as the user named it
 * @param output folder of the review, as the user named it
 * @param limit most pictures on the page
 * @param imageRoot where Label Studio finds the images; empty for where they were read
 */
public record ReviewRequest(
    EvaluationRequest evaluation,
    String labels,
    String output,
    ReviewThresholds thresholds,
    int limit,
    Optional<String> imageRoot,
    ExistingReview existing) {

  /** More pictures than this make a file that browsers open slowly. */
  public static final int MAX_LIMIT = 1000;

  /** What to do with a review that is there already. */
  public enum ExistingReview {
    REFUSE,
    REPLACE
  }

  public ReviewRequest {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new BadInputException(
          "Invalid --limit: " + limit + " (must be from 1 to " + MAX_LIMIT + ")");
    }
  }
}
