package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.OracleVariant.OtherClasses;
import dev.boxmill.job.matching.MatchingCost;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.matching.Assignment;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Lets matched detections have the truth's box or class, and leaves the others as they are: what is
 * gained shows which of the two a detector lacks. Each object is matched by the detector's own
 * matcher to one query.
 *
 * <p>Labels hold a query's scores above a threshold only; an unknown score counts as the lowest
 * score that any label has, which it can hardly exceed.
 *
 * @param rule of the detector's matcher
 * @param unknownScore for classes of which a query has no kept score
 * @param categories of the ground truth
 */
record Oracle(ClassRule rule, double unknownScore, int categories) implements Serializable {

  /** Of the published analysis: the best pairs of query and class that an image keeps. */
  private static final int LIMIT = 300;

  private static final double CERTAIN = 1;
  private static final double UNDECIDED = 0.5;

  /** The image's detections as the variant has them. */
  ImageDetections read(OracleVariant variant, ImageTruth truth, ImageLabels labels) {
    ImageDetections found = labels.at(variant.place());
    if (variant.truth().replacesBoxes()) {
      found = withTrueBoxes(truth, labels, found);
    }
    if (variant.truth().replacesLabels()) {
      found = withTrueLabels(truth, labels, found, variant.others());
    }
    return found;
  }

  /** How many objects find no query, for lack of kept detections. */
  static int unmatched(ImageTruth truth, ImageLabels labels) {
    return Math.max(0, findable(truth).size() - labels.queryCount());
  }

  static List<TruthObject> findable(ImageTruth truth) {
    return truth.objects().stream().filter(TruthObject::findable).toList();
  }

  private ImageDetections withTrueBoxes(
      ImageTruth truth, ImageLabels labels, ImageDetections found) {
    TruthObject[] matched = matched(truth, labels, found);
    ImageDetections moved = new ImageDetections(found.size());
    for (int d = 0; d < found.size(); d++) {
      TruthObject object = matched[labels.query(d)];
      if (object == null) {
        copy(found, d, moved);
      } else {
        add(moved, found.category(d), found.score(d), object);
      }
    }
    return moved;
  }

  private static void add(ImageDetections to, int category, double score, TruthObject at) {
    to.add(category, score, at.x(), at.y(), at.width(), at.height());
  }

  private static void copy(ImageDetections from, int d, ImageDetections to) {
    to.add(from.category(d), from.score(d), from.x(d), from.y(d), from.width(d), from.height(d));
  }

  /** A query's first detection takes the true class; its others go, or all classes come. */
  private ImageDetections withTrueLabels(
      ImageTruth truth, ImageLabels labels, ImageDetections found, OtherClasses others) {
    TruthObject[] matched = matched(truth, labels, found);
    ImageDetections named = new ImageDetections(found.size());
    boolean[] done = new boolean[labels.queryCount()];
    for (int d = 0; d < found.size(); d++) {
      int query = labels.query(d);
      if (matched[query] == null) {
        copy(found, d, named);
      } else if (!done[query]) {
        done[query] = true;
        addClasses(named, found, d, matched[query].category(), others);
      }
    }
    return rule == ClassRule.FOCAL ? best(named) : named;
  }

  private void addClasses(
      ImageDetections to, ImageDetections found, int d, int category, OtherClasses others) {
    to.add(category, CERTAIN, found.x(d), found.y(d), found.width(d), found.height(d));
    if (others == OtherClasses.ABSENT || rule != ClassRule.FOCAL) {
      return;
    }
    for (int other = 0; other < categories; other++) {
      if (other != category) {
        to.add(other, UNDECIDED, found.x(d), found.y(d), found.width(d), found.height(d));
      }
    }
  }

  private static ImageDetections best(ImageDetections found) {
    int[] order =
        StableOrder.of(found.size(), d -> true, (a, b) -> found.score(a) > found.score(b));
    ImageDetections best = new ImageDetections(Math.min(LIMIT, found.size()));
    Arrays.stream(order).limit(LIMIT).forEach(d -> copy(found, d, best));
    return best;
  }

  /** The object of each query, or null. */
  private TruthObject[] matched(ImageTruth truth, ImageLabels labels, ImageDetections found) {
    TruthObject[] matched = new TruthObject[labels.queryCount()];
    List<TruthObject> objects = findable(truth);
    if (objects.isEmpty() || matched.length == 0) {
      return matched;
    }
    double[] cost = cost(new ImageSize(truth.width(), truth.height()), objects, labels, found);
    int[] queryOfObject = Assignment.ofLeastCost(cost, objects.size(), matched.length);
    for (int o = 0; o < queryOfObject.length; o++) {
      if (queryOfObject[o] != Assignment.NONE) {
        matched[queryOfObject[o]] = objects.get(o);
      }
    }
    return matched;
  }

  /** (objects, queries), row-major. */
  private double[] cost(
      ImageSize size, List<TruthObject> objects, ImageLabels labels, ImageDetections found) {
    int queries = labels.queryCount();
    Box[] boxes = new Box[queries];
    double[] scores = new double[objects.size() * queries];
    Arrays.fill(scores, unknownScore);
    for (int d = 0; d < found.size(); d++) {
      int query = labels.query(d);
      boxes[query] = box(size, found.x(d), found.y(d), found.width(d), found.height(d));
      for (int o = 0; o < objects.size(); o++) {
        if (objects.get(o).category() == found.category(d)) {
          int at = o * queries + query;
          scores[at] = Math.max(scores[at], found.score(d));
        }
      }
    }
    MatchingCost cost = rule == ClassRule.FOCAL ? MatchingCost.FOCAL : MatchingCost.SOFTMAX;
    for (int o = 0; o < objects.size(); o++) {
      TruthObject object = objects.get(o);
      Box there = box(size, object.x(), object.y(), object.width(), object.height());
      for (int query = 0; query < queries; query++) {
        int at = o * queries + query;
        scores[at] = cost.of(scores[at], boxes[query], there);
      }
    }
    return scores;
  }

  private static Box box(ImageSize size, double x, double y, double width, double height) {
    return new Corners((float) x, (float) y, (float) (x + width), (float) (y + height))
        .relativeTo(size);
  }
}
