package dev.boxmill.job.compare;

import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Pairs the boxes of two runs in one image, the best overlaps first: those of one class, and of
 * what then is left those of two classes. Each box is in one pair.
 */
final class BoxMatching {

  private record Candidate(int before, int after, double iou) {}

  private final List<LabeledBox> before;
  private final List<LabeledBox> after;
  private final Thresholds thresholds;
  private final boolean[] usedBefore;
  private final boolean[] usedAfter;
  private final List<BoxPair> pairs = new ArrayList<>();

  private BoxMatching(List<LabeledBox> before, List<LabeledBox> after, Thresholds thresholds) {
    this.before = before;
    this.after = after;
    this.thresholds = thresholds;
    this.usedBefore = new boolean[before.size()];
    this.usedAfter = new boolean[after.size()];
  }

  /** Each box of both runs, once; classes are told apart by name, for ids may differ. */
  static List<BoxPair> of(List<LabeledBox> before, List<LabeledBox> after, Thresholds thresholds) {
    BoxMatching matching = new BoxMatching(before, after, thresholds);
    List<Candidate> candidates = matching.candidates();
    for (Candidate candidate : candidates) {
      if (matching.sameClass(candidate)) {
        matching.pair(
            candidate, candidate.iou >= thresholds.keptIou() ? Change.KEPT : Change.MOVED);
      }
    }
    candidates.forEach(candidate -> matching.pair(candidate, Change.CLASS_CHANGED));
    matching.addRest();
    return matching.pairs;
  }

  /** Of equal overlaps the surest boxes come first, for boxes are in order of their scores. */
  private List<Candidate> candidates() {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      for (int j = 0; j < after.size(); j++) {
        double iou = before.get(i).corners().iou(after.get(j).corners());
        if (iou >= (float) thresholds.matchIou()) {
          candidates.add(new Candidate(i, j, iou));
        }
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::iou).reversed());
    return candidates;
  }

  private boolean sameClass(Candidate candidate) {
    return before.get(candidate.before).label().equals(after.get(candidate.after).label());
  }

  private void pair(Candidate candidate, Change change) {
    if (usedBefore[candidate.before] || usedAfter[candidate.after]) {
      return;
    }
    usedBefore[candidate.before] = true;
    usedAfter[candidate.after] = true;
    pairs.add(BoxPair.matched(change, before.get(candidate.before), after.get(candidate.after)));
  }

  private void addRest() {
    for (int i = 0; i < before.size(); i++) {
      if (!usedBefore[i]) {
        double iou = best(before.get(i), after);
        pairs.add(
            BoxPair.ofFirst(
                covers(iou, Change.STILL_COVERED, Change.VANISHED), before.get(i), iou));
      }
    }
    for (int j = 0; j < after.size(); j++) {
      if (!usedAfter[j]) {
        double iou = best(after.get(j), before);
        pairs.add(
            BoxPair.ofSecond(covers(iou, Change.DOUBLED, Change.APPEARED), after.get(j), iou));
      }
    }
  }

  /** The IoU of a box with the one of the other run that fits it best; boxes of any class count. */
  private static double best(LabeledBox box, List<LabeledBox> others) {
    return others.stream().mapToDouble(other -> box.corners().iou(other.corners())).max().orElse(0);
  }

  private Change covers(double iou, Change covered, Change alone) {
    return iou >= (float) thresholds.matchIou() ? covered : alone;
  }
}
