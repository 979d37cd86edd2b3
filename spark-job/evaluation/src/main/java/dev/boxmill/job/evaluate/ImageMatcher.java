package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.TruthObject.Role;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Matches the detections of one image to its objects, category by category. Holds no state. */
public final class ImageMatcher {

  /** The lowest IoU of COCO's thresholds. */
  static final double LOWEST_THRESHOLD = 0.5;

  private final EvaluationStyle style;
  private final double locating;

  public ImageMatcher(EvaluationStyle style) {
    this(style, LOWEST_THRESHOLD);
  }

  /**
   * A matcher.
   *
   * @param locating IoU from which {@link ImageMatches#overlap} counts, 0 to 1
   */
  ImageMatcher(EvaluationStyle style, double locating) {
    this.style = style;
    this.locating = locating;
  }

  public ImageMatches match(ImageTruth truth, ImageDetections found) {
    int[] detections = counted(truth, found);
    List<TruthObject> objects = truth.objects();
    ImageMatches matches = new ImageMatches(detections.length);
    int detection = 0;
    int object = 0;
    while (detection < detections.length || object < objects.size()) {
      int category = Integer.MAX_VALUE;
      if (detection < detections.length) {
        category = found.category(detections[detection]);
      }
      if (object < objects.size()) {
        category = Math.min(category, objects.get(object).category());
      }
      int firstObject = object;
      while (object < objects.size() && objects.get(object).category() == category) {
        object++;
      }
      int firstDetection = detection;
      while (detection < detections.length && found.category(detections[detection]) == category) {
        detection++;
      }
      int last = Math.min(detection, firstDetection + style.limit());
      boolean exhaustive = !truth.notExhaustive().contains(category);
      matches.category(category);
      new CategoryMatcher(found, detections, firstDetection, last, exhaustive, locating)
          .match(objects.subList(firstObject, object), matches);
    }
    return matches;
  }

  /** The detections that take part, by category, then by descending score. */
  private int[] counted(ImageTruth truth, ImageDetections found) {
    StableOrder.Before byCategoryThenScore =
        (a, b) ->
            found.category(a) != found.category(b)
                ? found.category(a) < found.category(b)
                : found.score(a) > found.score(b);
    if (style == EvaluationStyle.COCO) {
      return StableOrder.of(found.size(), d -> found.category(d) >= 0, byCategoryThenScore);
    }
    int[] best = best(found);
    Set<Integer> judged = judged(truth);
    int[] counted = Arrays.stream(best).filter(d -> judged.contains(found.category(d))).toArray();
    StableOrder.sort(counted, byCategoryThenScore);
    return counted;
  }

  /** LVIS's limit holds for the image as a whole, categories that nobody knows included. */
  private int[] best(ImageDetections found) {
    StableOrder.Before byScore = (a, b) -> found.score(a) > found.score(b);
    if (found.size() <= style.limit()) {
      return StableOrder.of(found.size(), d -> true, (a, b) -> false);
    }
    return Arrays.copyOf(StableOrder.of(found.size(), d -> true, byScore), style.limit());
  }

  /** LVIS judges an image only by categories that are annotated there, or known to be absent. */
  private static Set<Integer> judged(ImageTruth truth) {
    Set<Integer> judged = new HashSet<>(truth.absent());
    truth.objects().forEach(object -> judged.add(object.category()));
    return judged;
  }

  /**
   * One category in one image.
   *
   * @param found all detections of the image
   * @param order of those that take part
   * @param first of this category in {@code order}
   * @param end one past the last of this category in {@code order}
   * @param exhaustive whether all objects of the category are annotated
   * @param locating IoU from which a detection's overlap is recorded
   */
  private record CategoryMatcher(
      ImageDetections found, int[] order, int first, int end, boolean exhaustive, double locating) {

    /** Even IoU 1 may come out a little lower. */
    private static final double HIGHEST_THRESHOLD = 1 - 1e-10;

    private static final int NONE = -1;

    void match(List<TruthObject> objects, ImageMatches matches) {
      int firstRecorded = matches.detectionCount();
      for (int d = first; d < end; d++) {
        matches.detection(found.score(order[d]));
      }
      if (objects.isEmpty()) {
        missAll(matches, firstRecorded);
        return;
      }
      double[] overlaps = overlaps(objects);
      for (AreaRange range : AreaRange.RANGES) {
        boolean[] ignored = ignored(objects, range);
        int[] turn = StableOrder.of(objects.size(), o -> true, (a, b) -> !ignored[a] && ignored[b]);
        matches.setObjects(range.ordinal(), count(ignored));
        int[] outcomes = outcomes(objects, overlaps, ignored, turn, range);
        for (int d = 0; d < outcomes.length; d++) {
          matches.outcome(firstRecorded + d, range.ordinal(), outcomes[d]);
        }
      }
      recordOverlaps(objects, overlaps, matches, firstRecorded);
    }

    /** How well detections lie; one that does not count has no overlap. */
    private void recordOverlaps(
        List<TruthObject> objects, double[] overlaps, ImageMatches matches, int firstRecorded) {
      boolean[] ignored = ignored(objects, AreaRange.ALL);
      int[] turn = StableOrder.of(objects.size(), o -> true, (a, b) -> !ignored[a] && ignored[b]);
      boolean[] taken = new boolean[objects.size()];
      for (int d = 0; d < end - first; d++) {
        int object = best(objects, overlaps, d, ignored, turn, taken, locating);
        if (object != NONE) {
          taken[object] = true;
        }
        double overlap =
            switch (fate(objects, object, ignored, d, AreaRange.ALL)) {
              case FOUND -> overlaps[d * turn.length + object];
              case MISSED -> 0;
              case IGNORED -> ImageMatches.IGNORED;
            };
        matches.setOverlap(firstRecorded + d, overlap);
      }
    }

    /** Most categories have no object in an image. */
    private void missAll(ImageMatches matches, int firstRecorded) {
      for (int d = first; d < end; d++) {
        double area = found.area(order[d]);
        for (AreaRange range : AreaRange.RANGES) {
          boolean judged = exhaustive && range.holds(area);
          int outcome = judged ? MatchBits.MISSED : MatchBits.IGNORED;
          matches.outcome(firstRecorded + d - first, range.ordinal(), outcome);
        }
        boolean judged = exhaustive && AreaRange.ALL.holds(area);
        matches.setOverlap(firstRecorded + d - first, judged ? 0 : ImageMatches.IGNORED);
      }
    }

    /** (detections, objects), row-major. */
    private double[] overlaps(List<TruthObject> objects) {
      double[] overlaps = new double[(end - first) * objects.size()];
      int at = 0;
      for (int i = first; i < end; i++) {
        int d = order[i];
        for (TruthObject object : objects) {
          overlaps[at++] = object.iou(found.x(d), found.y(d), found.width(d), found.height(d));
        }
      }
      return overlaps;
    }

    private static boolean[] ignored(List<TruthObject> objects, AreaRange range) {
      boolean[] ignored = new boolean[objects.size()];
      for (int o = 0; o < ignored.length; o++) {
        TruthObject object = objects.get(o);
        ignored[o] = object.role() != Role.COUNTED || !range.holds(object.area());
      }
      return ignored;
    }

    private static int count(boolean[] ignored) {
      int counted = 0;
      for (boolean one : ignored) {
        counted += one ? 0 : 1;
      }
      return counted;
    }

    private int[] outcomes(
        List<TruthObject> objects,
        double[] overlaps,
        boolean[] ignored,
        int[] turn,
        AreaRange range) {
      int[] outcomes = new int[end - first];
      for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
        boolean[] taken = new boolean[objects.size()];
        for (int d = 0; d < outcomes.length; d++) {
          int object = best(objects, overlaps, d, ignored, turn, taken, Grid.threshold(threshold));
          if (object != NONE) {
            taken[object] = true;
          }
          outcomes[d] |= outcome(objects, object, ignored, d, range, threshold);
        }
      }
      return outcomes;
    }

    /**
     * The object with the highest overlap that is free, of equal ones the last. One that counts
     * excludes those that are ignored, which come last in {@code turn}.
     */
    private static int best(
        List<TruthObject> objects,
        double[] overlaps,
        int detection,
        boolean[] ignored,
        int[] turn,
        boolean[] taken,
        double threshold) {
      double highest = Math.min(threshold, HIGHEST_THRESHOLD);
      int best = NONE;
      for (int object : turn) {
        if (taken[object] && objects.get(object).role() != Role.CROWD) {
          continue;
        }
        if (best != NONE && !ignored[best] && ignored[object]) {
          return best;
        }
        double overlap = overlaps[detection * turn.length + object];
        if (overlap >= highest) {
          highest = overlap;
          best = object;
        }
      }
      return best;
    }

    private int outcome(
        List<TruthObject> objects,
        int object,
        boolean[] ignored,
        int detection,
        AreaRange range,
        int threshold) {
      return switch (fate(objects, object, ignored, detection, range)) {
        case FOUND -> MatchBits.found(threshold);
        case MISSED -> MatchBits.missed(threshold);
        case IGNORED -> MatchBits.IGNORED;
      };
    }

    /** An object with id 0 can be taken but not found: both Python packages read 0 as "none". */
    private Fate fate(
        List<TruthObject> objects, int object, boolean[] ignored, int detection, AreaRange range) {
      if (object != NONE && ignored[object]) {
        return Fate.IGNORED;
      }
      if (object != NONE && objects.get(object).id() != 0) {
        return Fate.FOUND;
      }
      boolean judged = exhaustive && range.holds(found.area(order[first + detection]));
      return judged ? Fate.MISSED : Fate.IGNORED;
    }

    /** What becomes of a detection at one threshold. */
    private enum Fate {
      FOUND,
      MISSED,
      IGNORED
    }
  }
}
