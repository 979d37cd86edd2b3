package dev.boxmill.schemas;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * One element of the label table's {@code boxes}.
 *
 * @param label the class's name
 * @param corners after all refiners
 * @param detectorCorners before any refiner
 */
public record LabeledBox(
    int labelId, String label, float score, Corners corners, Corners detectorCorners)
    implements Serializable {

  public LabeledBox {
    requireNonNull(label, "label is null");
    requireNonNull(corners, "corners is null");
    requireNonNull(detectorCorners, "detectorCorners is null");
  }

  /** How far the refiners moved the box: IoU of before and after. */
  public float refinementIou() {
    return corners.iou(detectorCorners);
  }
}
