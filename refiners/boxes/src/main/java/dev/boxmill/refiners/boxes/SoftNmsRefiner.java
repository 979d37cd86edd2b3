package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Soft-NMS (Bodla et al. 2017, "Soft-NMS: Improving Object Detection With One Line of Code"), class
 * by class: the box with the highest score stays, those that overlap it lose a part of theirs, and
 * so on with the rest.
 *
 * @param decay factor of a score, for an overlap with a surer box
 * @param minScore boxes whose score falls to it or below go
 */
record SoftNmsRefiner(DoubleUnaryOperator decay, double minScore) implements ImageRefiner {

  /** A detection and what its score has become, in double precision. */
  private record Candidate(Detection detection, RelativeCorners corners, double score) {

    static Candidate of(Detection detection) {
      return new Candidate(detection, RelativeCorners.of(detection.box()), detection.score());
    }

    Candidate after(Candidate surer, DoubleUnaryOperator decay) {
      double factor = decay.applyAsDouble(corners.iou(surer.corners));
      return new Candidate(detection, corners, score * factor);
    }
  }

  @Override
  public List<Detection> refine(ImageSize size, List<Detection> detections) {
    Map<Integer, List<Candidate>> byClass = new LinkedHashMap<>();
    for (Detection detection : detections) {
      byClass
          .computeIfAbsent(detection.labelId(), none -> new ArrayList<>())
          .add(Candidate.of(detection));
    }
    List<Detection> kept = new ArrayList<>();
    byClass.values().forEach(candidates -> keep(candidates, kept));
    kept.sort(Detection.BY_DESCENDING_SCORE);
    return kept;
  }

  private void keep(List<Candidate> candidates, List<Detection> kept) {
    List<Candidate> waiting = candidates;
    while (!waiting.isEmpty()) {
      Candidate surest = surest(waiting);
      if (surest.score() <= minScore) {
        return;
      }
      kept.add(surest.detection().withScore((float) surest.score()));
      waiting.remove(surest);
      waiting.replaceAll(candidate -> candidate.after(surest, decay));
    }
  }

  /** Of equal ones the first. */
  private static Candidate surest(List<Candidate> candidates) {
    Candidate surest = candidates.get(0);
    for (Candidate candidate : candidates) {
      surest = candidate.score() > surest.score() ? candidate : surest;
    }
    return surest;
  }
}
