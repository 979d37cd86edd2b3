package dev.boxmill.job.tiles;

import dev.boxmill.schemas.Corners;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which boxes overlap, found by a sweep over their left sides: tiles may give 100,000 boxes. */
final class OverlapGraph {
  private final List<Corners> boxes;
  private final int[][] neighbors;
  private final int[] degrees;

  /**
   * The graph of boxes.
   *
   * @param threshold overlap from which two are neighbors, above 0
   */
  OverlapGraph(List<Corners> boxes, Overlap overlap, float threshold) {
    this.boxes = boxes;
    this.neighbors = new int[boxes.size()][0];
    this.degrees = new int[boxes.size()];
    int[] byLeft =
        IntStream.range(0, boxes.size())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> boxes.get(i).xMin()))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < byLeft.length; i++) {
      sweep(byLeft, i, overlap, threshold);
    }
  }

  private void sweep(int[] byLeft, int start, Overlap overlap, float threshold) {
    Corners box = boxes.get(byLeft[start]);
    for (int i = start + 1; i < byLeft.length; i++) {
      Corners other = boxes.get(byLeft[i]);
      if (other.xMin() >= box.xMax()) {
        return;
      }
      if (overlap.of(box, other) >= threshold) {
        add(byLeft[start], byLeft[i]);
        add(byLeft[i], byLeft[start]);
      }
    }
  }

  private void add(int box, int neighbor) {
    if (degrees[box] == neighbors[box].length) {
      neighbors[box] = Arrays.copyOf(neighbors[box], Math.max(4, 2 * degrees[box]));
    }
    neighbors[box][degrees[box]++] = neighbor;
  }

  /** Those that overlap a box, in ascending order. */
  int[] neighbors(int box) {
    int[] found = Arrays.copyOf(neighbors[box], degrees[box]);
    Arrays.sort(found);
    return found;
  }
}
