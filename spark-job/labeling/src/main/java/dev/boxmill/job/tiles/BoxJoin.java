package dev.boxmill.job.tiles;

import dev.boxmill.schemas.LabeledBox;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Joins boxes of tiles that overlap: {@code postprocess/combine.py} of SAHI 0.12, with the same
 * result on the same boxes.
 *
 * @param threshold overlap from which two boxes are one, above 0 and at most 1
 * @param acrossClasses whether boxes of different classes are joined too
 */
public record BoxJoin(JoinRule rule, Overlap overlap, double threshold, boolean acrossClasses)
    implements Serializable {

  static final Comparator<LabeledBox> BY_DESCENDING_SCORE =
      Comparator.comparingDouble(LabeledBox::score).reversed();

  /** One box for each object, by descending score. */
  public List<LabeledBox> join(List<LabeledBox> boxes) {
    Map<Integer, List<LabeledBox>> classes = new TreeMap<>();
    for (LabeledBox box : boxes) {
      int name = acrossClasses ? 0 : box.labelId();
      classes.computeIfAbsent(name, first -> new ArrayList<>()).add(box);
    }
    List<LabeledBox> joined = new ArrayList<>();
    for (List<LabeledBox> some : classes.values()) {
      joined.addAll(new BoxGroups(some, this).joined());
    }
    joined.sort(BY_DESCENDING_SCORE);
    return joined;
  }
}
