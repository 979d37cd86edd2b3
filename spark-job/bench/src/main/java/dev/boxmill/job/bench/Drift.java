package dev.boxmill.job.bench;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How far detections in one precision lie from those in another, over pairs of the same query and
 * class.
 *
 * <p>In detectors that select their queries, a query may stand for another place in another
 * precision; such a pair shows up as a large difference, and the median shows what is usual.
 */
final class Drift {
  private final List<Float> scores = new ArrayList<>();
  private final List<Float> pixels = new ArrayList<>();
  private int unpaired;

  private record Key(int query, int labelId) {}

  /** Adds an image's detections in both precisions. */
  void add(List<Detection> expected, List<Detection> found, ImageSize size) {
    Map<Key, Detection> others =
        found.stream().collect(Collectors.toMap(Drift::key, Function.identity()));
    for (Detection detection : expected) {
      Detection other = others.get(key(detection));
      if (other == null) {
        unpaired++;
      } else {
        scores.add(Math.abs(detection.score() - other.score()));
        pixels.add(apart(detection.box().corners(size), other.box().corners(size)));
      }
    }
  }

  /** The largest distance of a side, in pixels of the original image. */
  static float apart(Corners box, Corners other) {
    return Math.max(
        Math.max(Math.abs(box.xMin() - other.xMin()), Math.abs(box.yMin() - other.yMin())),
        Math.max(Math.abs(box.xMax() - other.xMax()), Math.abs(box.yMax() - other.yMax())));
  }

  private static Key key(Detection detection) {
    return new Key(detection.query(), detection.labelId());
  }

  /** Median, 99th percentile and maximum of both, and how many detections had no partner. */
  String row() {
    return "%8d %9d   %8.5f %8.5f %8.5f   %8.3f %8.3f %8.3f"
        .formatted(
            scores.size(),
            unpaired,
            quantile(scores, 0.5),
            quantile(scores, 0.99),
            quantile(scores, 1),
            quantile(pixels, 0.5),
            quantile(pixels, 0.99),
            quantile(pixels, 1));
  }

  static String header() {
    return "%8s %9s   %26s   %26s%n%20s %8s %8s %8s   %8s %8s %8s"
        .formatted(
            "pairs",
            "unpaired",
            "score",
            "box side, pixels",
            "",
            "median",
            "99 %",
            "largest",
            "median",
            "99 %",
            "largest");
  }

  static float quantile(List<Float> values, double share) {
    if (values.isEmpty()) {
      return Float.NaN;
    }
    List<Float> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get((int) Math.ceil(share * (sorted.size() - 1)));
  }
}
