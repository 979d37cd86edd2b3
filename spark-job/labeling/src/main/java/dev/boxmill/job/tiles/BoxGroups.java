package dev.boxmill.job.tiles;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Boxes that may be joined, and who takes in whom. Boxes are numbered from the surest on. */
final class BoxGroups {

  /** SAHI's order of boxes with one score. */
  private static final Comparator<Corners> BY_PLACE =
      Comparator.comparingDouble(Corners::xMin)
          .thenComparingDouble(Corners::yMin)
          .thenComparingDouble(Corners::xMax)
          .thenComparingDouble(Corners::yMax);

  /**
   * A box.
   *
   * @param given its place among all that were given
   */
  private record Numbered(LabeledBox box, int given) {}

  private final BoxJoin join;
  private final List<Numbered> boxes;
  private final OverlapGraph graph;
  private final Map<Integer, List<Integer>> groups = new LinkedHashMap<>();

  /** The box that took each in, or the box itself; null while nobody has. */
  private final Integer[] keepers;

  BoxGroups(List<LabeledBox> given, BoxJoin join) {
    this.join = join;
    this.boxes =
        IntStream.range(0, given.size())
            .mapToObj(i -> new Numbered(given.get(i), i))
            .sorted(
                Comparator.comparing(Numbered::box, BoxJoin.BY_DESCENDING_SCORE)
                    .thenComparing(one -> one.box().corners(), BY_PLACE))
            .toList();
    List<Corners> corners = boxes.stream().map(one -> one.box().corners()).toList();
    this.graph = new OverlapGraph(corners, join.overlap(), (float) join.threshold());
    this.keepers = new Integer[boxes.size()];
  }

  /** One box for each group. */
  List<LabeledBox> joined() {
    for (int box = 0; box < keepers.length; box++) {
      if (keepers[box] == null) {
        keepers[box] = box;
        groups.put(box, new ArrayList<>());
        claim(box);
      } else if (join.rule() == JoinRule.NMM) {
        claim(box);
      }
    }
    List<LabeledBox> joined = new ArrayList<>();
    groups.forEach((keeper, taken) -> joined.add(merged(boxes.get(keeper).box(), taken)));
    return joined;
  }

  /** What overlaps a box goes to the one that keeps it. */
  private void claim(int box) {
    List<Integer> group = groups.get(keepers[box]);
    for (int other : neighbors(box)) {
      if (keepers[other] == null) {
        keepers[other] = keepers[box];
        group.add(other);
      }
    }
  }

  private int[] neighbors(int box) {
    if (join.rule() != JoinRule.NMM) {
      return graph.neighbors(box);
    }
    LabeledBox taking = boxes.get(box).box();
    return IntStream.of(graph.neighbors(box))
        .filter(other -> isBelow(boxes.get(other).box(), taking))
        .boxed()
        .sorted(Comparator.comparing(other -> boxes.get(other).given()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Of boxes with one score, SAHI's NMM lets the later one take in the earlier. */
  private static boolean isBelow(LabeledBox box, LabeledBox taking) {
    return box.score() < taking.score()
        || (box.score() == taking.score()
            && BY_PLACE.compare(box.corners(), taking.corners()) <= 0);
  }

  /** A box that overlaps no more what has grown meanwhile is left out. */
  private LabeledBox merged(LabeledBox keeper, List<Integer> taken) {
    LabeledBox merged = keeper;
    for (int box : join.rule() == JoinRule.NMS ? List.<Integer>of() : taken) {
      LabeledBox other = boxes.get(box).box();
      if (join.overlap().exactly(merged.corners(), other.corners()) >= join.threshold()) {
        merged = union(merged, other);
      }
    }
    return merged;
  }

  private static LabeledBox union(LabeledBox a, LabeledBox b) {
    LabeledBox named = a.score() > b.score() ? a : b;
    return new LabeledBox(
        named.labelId(),
        named.label(),
        Math.max(a.score(), b.score()),
        union(a.corners(), b.corners()),
        union(a.detectorCorners(), b.detectorCorners()));
  }

  private static Corners union(Corners a, Corners b) {
    return new Corners(
        Math.min(a.xMin(), b.xMin()),
        Math.min(a.yMin(), b.yMin()),
        Math.max(a.xMax(), b.xMax()),
        Math.max(a.yMax(), b.yMax()));
  }
}
