package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.evaluate.AnnotatedImage;
import dev.boxmill.job.evaluate.AnnotatedImage.Found;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.schemas.Corners;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * ObjectLab's scores of an image's annotations (Tkachenko, Thyagarajan and Mueller 2023,
 * "ObjectLab: Automated Diagnosis of Mislabeled Images in Object Detection Data"), equal to those
 * of the package {@code cleanlab}. Two boxes are similar by their IoU and the distance of their
 * centers.
 *
 * <p>Crowds and objects that count neither way are never scored; a detector's box on one is not
 * overlooked.
 */
final class ObjectLab {

  /** The IoU's part in a similarity. */
  private static final double IOU_PART = 0.9;

  /** How fast similarity falls with the distance of centers, per pixel. */
  private static final double DISTANCE_FACTOR = 0.1;

  /** Two annotations of other classes that overlap so much show one object. */
  private static final double SAME_BOX = 0.95;

  private final AnnotatedImage image;
  private final ReviewThresholds thresholds;
  private final List<TruthObject> objects;
  private final double[][] overlaps;
  private final double[][] similarities;

  ObjectLab(AnnotatedImage image, ReviewThresholds thresholds) {
    this.image = image;
    this.thresholds = thresholds;
    this.objects = image.truth().objects().stream().filter(TruthObject::findable).toList();
    this.overlaps = new double[objects.size()][image.found().size()];
    this.similarities = new double[objects.size()][image.found().size()];
    for (int o = 0; o < objects.size(); o++) {
      for (int f = 0; f < image.found().size(); f++) {
        Corners found = image.found().get(f).box().corners();
        overlaps[o][f] = overlap(objects.get(o), found);
        similarities[o][f] =
            IOU_PART * overlaps[o][f] + (1 - IOU_PART) * nearness(objects.get(o), found);
      }
    }
  }

  private static double overlap(TruthObject object, Corners found) {
    return object.iou(
        found.xMin(),
        found.yMin(),
        (double) found.xMax() - found.xMin(),
        (double) found.yMax() - found.yMin());
  }

  private static double nearness(TruthObject object, Corners found) {
    double across = object.x() + object.width() / 2 - ((double) found.xMin() + found.xMax()) / 2;
    double down = object.y() + object.height() / 2 - ((double) found.yMin() + found.yMax()) / 2;
    return Math.exp(-DISTANCE_FACTOR * Math.hypot(across, down));
  }

  /** The least similarity above 0 of an annotation and a detector's box; 1 if there is none. */
  double leastSimilarity() {
    double least = 1;
    for (double[] row : similarities) {
      for (double similarity : row) {
        least = similarity > 0 ? Math.min(least, similarity) : least;
      }
    }
    return least;
  }

  /**
   * Scores the annotations.
   *
   * @param least {@link #leastSimilarity} over all images
   */
  ImageReview review(double least) {
    return new ImageReview(image.uri(), overlooked(least), badlyPlaced(), wronglyNamed(least));
  }

  /** One for each sure box of the detector that lies on no annotation. */
  private List<Suspect> overlooked(double least) {
    List<Suspect> scored = new ArrayList<>();
    for (int f = 0; f < image.found().size(); f++) {
      Found found = image.found().get(f);
      if (found.box().score() >= thresholds.high() && isFree(f)) {
        Optional<Integer> nearest = nearest(f, found.category());
        int column = f;
        double quality =
            nearest
                .map(object -> similarities[object][column])
                .orElse(least * (1 - found.box().score()));
        scored.add(
            new Suspect(AnnotationError.OVERLOOKED, quality, Optional.empty(), Optional.of(found)));
      }
    }
    return scored;
  }

  private boolean isFree(int found) {
    Corners box = image.found().get(found).box().corners();
    return image.truth().objects().stream().noneMatch(object -> overlap(object, box) > 0);
  }

  /** The annotation of that class that is most similar to a detector's box. */
  private Optional<Integer> nearest(int found, int category) {
    Optional<Integer> nearest = Optional.empty();
    for (int o = 0; o < objects.size(); o++) {
      if (objects.get(o).category() == category
          && (nearest.isEmpty() || similarities[o][found] > similarities[nearest.get()][found])) {
        nearest = Optional.of(o);
      }
    }
    return nearest;
  }

  /** One for each annotation: how similar the most similar box of its class is that touches it. */
  private List<Suspect> badlyPlaced() {
    List<Suspect> scored = new ArrayList<>();
    for (int o = 0; o < objects.size(); o++) {
      int category = objects.get(o).category();
      double[] touching = overlaps[o];
      Optional<Integer> best =
          best(
              o,
              f ->
                  image.found().get(f).category() == category
                      && image.found().get(f).box().score() > thresholds.low()
                      && touching[f] > 0);
      double quality = best.isPresent() ? similarities[o][best.get()] : 1;
      scored.add(suspect(AnnotationError.BADLY_PLACED, quality, o, best));
    }
    return scored;
  }

  /** One for each annotation: how dissimilar the most similar sure box of another class is. */
  private List<Suspect> wronglyNamed(double least) {
    List<Suspect> scored = new ArrayList<>();
    for (int o = 0; o < objects.size(); o++) {
      int category = objects.get(o).category();
      Optional<Integer> best =
          best(
              o,
              f ->
                  image.found().get(f).category() != category
                      && image.found().get(f).box().score() > thresholds.high());
      double quality = best.isPresent() ? Math.max(least, 1 - similarities[o][best.get()]) : 1;
      scored.add(
          suspect(
              AnnotationError.WRONGLY_NAMED,
              hasTwoNames(objects.get(o)) ? least : quality,
              o,
              best));
    }
    return scored;
  }

  /** Whether another annotation says that the same object is of another class. */
  private boolean hasTwoNames(TruthObject object) {
    return objects.stream()
        .anyMatch(
            other ->
                other.category() != object.category()
                    && other.iou(object.x(), object.y(), object.width(), object.height())
                        >= SAME_BOX);
  }

  private Optional<Integer> best(int object, IntPredicate chosen) {
    Optional<Integer> best = Optional.empty();
    for (int f = 0; f < image.found().size(); f++) {
      if (chosen.test(f)
          && (best.isEmpty() || similarities[object][f] > similarities[object][best.get()])) {
        best = Optional.of(f);
      }
    }
    return best;
  }

  private Suspect suspect(
      AnnotationError error, double quality, int object, Optional<Integer> found) {
    return new Suspect(
        error, quality, Optional.of(objects.get(object)), found.map(image.found()::get));
  }
}
