package dev.boxmill.job.bench;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far an image's detections in one precision lie from those in another, each from the nearest
 * one of its class that no other has taken: where a network selects its queries, equal numbers may
 * stand for other places.
 *
 * @param score median of the differences
 * @param highestScore the 99th percentile of them
 * @param pixels median of the boxes' largest distances of a side
 * @param mostPixels the 99th percentile of them
 */
record FamilyDrift(float score, float highestScore, float pixels, float mostPixels) {

  static FamilyDrift between(List<Detection> expected, List<Detection> found, ImageSize size) {
    Map<Integer, List<Detection>> left = new HashMap<>();
    found.forEach(d -> left.computeIfAbsent(d.labelId(), label -> new ArrayList<>()).add(d));
    List<Float> scores = new ArrayList<>();
    List<Float> pixels = new ArrayList<>();
    for (Detection detection : expected) {
      List<Detection> others = left.getOrDefault(detection.labelId(), List.of());
      if (!others.isEmpty()) {
        Detection nearest = nearest(detection, others, size);
        others.remove(nearest);
        scores.add(Math.abs(detection.score() - nearest.score()));
        pixels.add(apart(detection, nearest, size));
      }
    }
    return new FamilyDrift(
        Drift.quantile(scores, 0.5),
        Drift.quantile(scores, 0.99),
        Drift.quantile(pixels, 0.5),
        Drift.quantile(pixels, 0.99));
  }

  private static Detection nearest(Detection detection, List<Detection> others, ImageSize size) {
    Detection nearest = others.get(0);
    for (Detection other : others) {
      if (apart(detection, other, size) < apart(detection, nearest, size)) {
        nearest = other;
      }
    }
    return nearest;
  }

  private static float apart(Detection detection, Detection other, ImageSize size) {
    Corners box = detection.box().corners(size);
    return Drift.apart(box, other.box().corners(size));
  }
}
