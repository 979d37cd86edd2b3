package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.calibration.Calibration;
import dev.boxmill.schemas.calibration.ScoreCurve;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives each detection the probability that it is right for its score. Boxes and classes stay.
 *
 * @param curves by label id
 * @param pooled of a label id that has none
 */
record CalibrateRefiner(Map<Integer, ScoreCurve> curves, ScoreCurve pooled)
    implements ImageRefiner {

  CalibrateRefiner {
    curves = Map.copyOf(curves);
  }

  /** For the classes of a detector. */
  static CalibrateRefiner of(Calibration calibration, Map<Integer, String> classNames) {
    Map<Integer, ScoreCurve> curves = new HashMap<>();
    classNames.forEach((id, name) -> curves.put(id, calibration.curve(name)));
    return new CalibrateRefiner(curves, calibration.pooled());
  }

  @Override
  public List<Detection> refine(ImageSize size, List<Detection> detections) {
    return detections.stream()
        .map(detection -> detection.withScore(probability(detection)))
        .sorted(Detection.BY_DESCENDING_SCORE)
        .toList();
  }

  private float probability(Detection detection) {
    return (float) curves.getOrDefault(detection.labelId(), pooled).probability(detection.score());
  }
}
