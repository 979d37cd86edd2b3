package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Greedy non-maximum suppression, class by class: from the highest score down, a detection stays
 * unless it overlaps one of its class that stayed, or of any. What stays is unchanged, by
 * descending score; of equal scores the earlier one comes first.
 *
 * @param iou overlap above which two boxes show the same object
 * @param across whether boxes of two classes may show the same object
 */
record MergeDuplicatesRefiner(double iou, boolean across) implements ImageRefiner {

  @Override
  public List<Detection> refine(ImageSize size, List<Detection> detections) {
    List<Detection> kept = new ArrayList<>();
    detections.stream()
        .sorted(Detection.BY_DESCENDING_SCORE)
        .filter(detection -> kept.stream().noneMatch(other -> sameObject(detection, other, size)))
        .forEachOrdered(kept::add);
    return kept;
  }

  private boolean sameObject(Detection one, Detection other, ImageSize size) {
    return (across || one.labelId() == other.labelId())
        && one.box().corners(size).iou(other.box().corners(size)) > iou;
  }
}
