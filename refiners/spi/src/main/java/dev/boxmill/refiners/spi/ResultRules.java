package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a refiner may return, by {@link BoxRefiner#refine}. That boxes are finite and scores from 0
 * to 1 is the records' own rule.
 *
 * @param refiner named in messages
 * @param labelIds the detector's classes
 */
record ResultRules(String refiner, Set<Integer> labelIds) {

  /** What identifies a detection through all refiners. */
  private record Origin(int query, Box detectorBox) {
    static Origin of(Detection detection) {
      return new Origin(detection.query(), detection.detectorBox());
    }
  }

  /**
   * Passes if every rule holds.
   *
   * @throws RefinerException naming the refiner, the image and the rule
   */
  void check(ImageBatch batch, List<List<Detection>> refined) {
    if (refined == null) {
      throw refused("it is null");
    }
    if (refined.size() != batch.count()) {
      throw refused(
          "it is for %d images (must be for the batch's %d)"
              .formatted(refined.size(), batch.count()));
    }
    for (int image = 0; image < batch.count(); image++) {
      String where = "image %d of %d has ".formatted(image + 1, batch.count());
      checkImage(
          where, batch.sizes().get(image), batch.detections().get(image), refined.get(image));
    }
  }

  private void checkImage(
      String image, ImageSize size, List<Detection> before, List<Detection> after) {
    if (after == null) {
      throw refused(image + "null for a list (must be empty if no detection stays)");
    }
    Map<Origin, Integer> left = new HashMap<>();
    Set<Integer> labels = new HashSet<>(labelIds);
    for (Detection detection : before) {
      left.merge(Origin.of(detection), 1, Integer::sum);
      labels.add(detection.labelId());
    }
    for (Detection detection : after) {
      if (detection == null) {
        throw refused(image + "null for a detection");
      }
      checkShape(image, detection, size);
      checkLabel(image, detection, labels);
      checkOrigin(image, detection, left);
    }
  }

  private void checkShape(String image, Detection detection, ImageSize size) {
    if (detection.box().width() < 0 || detection.box().height() < 0) {
      throw refused(image + detection.box() + " (must have a width and a height of at least 0)");
    }
    if (!isFinite(detection.box().corners(size))) {
      throw refused(
          image + detection.box() + " (must have corners and an area that are finite in pixels)");
    }
  }

  /** As the table holds it: a value near the limit of a float grows beyond it there. */
  private static boolean isFinite(Corners corners) {
    return Float.isFinite(corners.xMin() + corners.xMax())
        && Float.isFinite(corners.yMin() + corners.yMax())
        && Float.isFinite(corners.area());
  }

  private void checkLabel(String image, Detection detection, Set<Integer> labels) {
    if (!labels.contains(detection.labelId())) {
      throw refused(
          image + "label " + detection.labelId() + " (must be one of the detector's classes)");
    }
  }

  private void checkOrigin(String image, Detection detection, Map<Origin, Integer> left) {
    Origin origin = Origin.of(detection);
    if (left.merge(origin, -1, Integer::sum) < 0) {
      throw refused(
          image
              + "too many detections of query %d, detector's %s"
                  .formatted(origin.query(), origin.detectorBox())
              + " (must not add any, nor change query or detectorBox)");
    }
  }

  private RefinerException refused(String why) {
    return new RefinerException(
        "Cannot use the result of refiner '%s': %s".formatted(refiner, why));
  }
}
