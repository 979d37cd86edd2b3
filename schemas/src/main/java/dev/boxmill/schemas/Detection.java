package dev.boxmill.schemas;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * One object that the detector proposes.
 *
 * @param query index of the decoder query that it came from; several detections of one query share
 *     its box
 * @param labelId class index as the checkpoint counts it
 * @param score 0 to 1
 * @param box where it lies now, after the refiners so far
 * @param detectorBox where the detector put it, before any refiner
 */
public record Detection(int query, int labelId, float score, Box box, Box detectorBox) {

  /** Best first; detections of one score stay in their order. */
  public static final Comparator<Detection> BY_DESCENDING_SCORE =
      Comparator.comparingDouble(Detection::score).reversed();

  public Detection {
    requireNonNull(box, "box is null");
    requireNonNull(detectorBox, "detectorBox is null");
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("Invalid score: " + score + " (must be from 0 to 1)");
    }
  }

  /** A detection straight from the detector. */
  public static Detection of(int query, int labelId, float score, Box box) {
    return new Detection(query, labelId, score, box, box);
  }

  public Detection withBox(Box moved) {
    return new Detection(query, labelId, score, moved, detectorBox);
  }

  public Detection withScore(float changed) {
    return new Detection(query, labelId, changed, box, detectorBox);
  }

  public Detection withLabelId(int changed) {
    return new Detection(query, changed, score, box, detectorBox);
  }
}
