package dev.boxmill.job.bench;

import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.TruthImage;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabelledBox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which boxes of drawn scenes are right: from the surest down, each takes the object of its
 * class that it overlaps most, by half or more (IoU 0.5), and that no surer box has taken.
 */
final class SceneJudge {

  private static final double RIGHT_IOU = 0.5;

  /**
   * What a person would find: boxes that are right, boxes that are wrong, objects without a box.
   */
  record Verdict(int right, int wrong, int missed) {

    boolean hasError() {
      return wrong + missed > 0;
    }

    Verdict plus(Verdict other) {
      return new Verdict(right + other.right, wrong + other.wrong, missed + other.missed);
    }

    /** Harmonic mean of precision and recall. */
    double f1() {
      return 2.0 * right / (2 * right + wrong + missed);
    }
  }

  private record Drawn(String label, Corners corners) {}

  private final Map<String, List<Drawn>> byFileName = new HashMap<>();

  SceneJudge(GroundTruth truth) {
    for (TruthImage image : truth.images()) {
      List<Drawn> objects = new ArrayList<>();
      for (TruthObject object : image.truth().objects()) {
        String label = truth.categories().get(object.category()).name();
        objects.add(new Drawn(label, corners(object)));
      }
      byFileName.put(image.fileName(), objects);
    }
  }

  private static Corners corners(TruthObject object) {
    return new Corners(
        (float) object.x(),
        (float) object.y(),
        (float) (object.x() + object.width()),
        (float) (object.y() + object.height()));
  }

  /**
   * Judges a scene.
   *
   * @param boxes by descending score
   */
  Verdict judge(String fileName, List<LabelledBox> boxes) {
    List<Drawn> free = new ArrayList<>(byFileName.get(fileName));
    int right = 0;
    for (LabelledBox box : boxes) {
      int best = best(box, free);
      if (best >= 0) {
        free.remove(best);
        right++;
      }
    }
    return new Verdict(right, boxes.size() - right, free.size());
  }

  private static int best(LabelledBox box, List<Drawn> free) {
    int best = -1;
    double highest = RIGHT_IOU;
    for (int i = 0; i < free.size(); i++) {
      double iou = free.get(i).corners().iou(box.corners());
      if (free.get(i).label().equals(box.label()) && iou >= highest) {
        highest = iou;
        best = i;
      }
    }
    return best;
  }
}
