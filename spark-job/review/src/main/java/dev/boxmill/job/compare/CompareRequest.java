package dev.boxmill.job.compare;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationRequest;
import java.util.Optional;

/**
 * Two runs to compare.
 *
 * @param before label table of the first run, A
 * @param after label table of the second run, B
 * @param truth annotations in COCO's form, which tell how good both are
 * @param thresholds when boxes are one object
 * @param limit most pictures to show, 1 to {@value #MAX_LIMIT}
 */
public record CompareRequest(
    String before,
    String after,
    Optional<EvaluationRequest> truth,
    Thresholds thresholds,
    int limit) {

  /** More pictures than this make a file that browsers open slowly. */
  public static final int MAX_LIMIT = 1000;

  public CompareRequest {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new BadInputException(
          "Invalid --limit: " + limit + " (must be from 1 to " + MAX_LIMIT + ")");
    }
  }
}
