package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.Reading.Place;
import java.util.HashMap;
import java.util.Map;

/**
 * The detections of one image before and after refinement, and which of them share a query: those
 * that the detector gave the very same box.
 */
final class ImageLabels {

  private record Box(double x, double y, double width, double height) {}

  private final ImageDetections refined;
  private final ImageDetections detector;
  private final int[] queries;
  private final int queryCount;

  /**
   * Both lists hold the same detections in the same order.
   *
   * @param refined at their places after the refiners
   * @param detector at their places before
   */
  ImageLabels(ImageDetections refined, ImageDetections detector) {
    this.refined = refined;
    this.detector = detector;
    this.queries = new int[detector.size()];
    Map<Box, Integer> known = new HashMap<>();
    for (int d = 0; d < queries.length; d++) {
      Box box = new Box(detector.x(d), detector.y(d), detector.width(d), detector.height(d));
      queries[d] = known.computeIfAbsent(box, none -> known.size());
    }
    this.queryCount = known.size();
  }

  ImageDetections at(Place place) {
    return place == Place.REFINED ? refined : detector;
  }

  /** Index of a detection's query. */
  int query(int detection) {
    return queries[detection];
  }

  int queryCount() {
    return queryCount;
  }
}
