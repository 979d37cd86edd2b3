package dev.boxmill.job.preview;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import java.util.Optional;

/**
 * A box on a page: in one of two layers, or in both.
 *
 * @param label what its tag says beside the score; boxes can be picked by it
 * @param change what became of it; blank on a page that compares nothing
 * @param solid where the layer of solid lines has it
 * @param dashed where the layer of dashed lines has it; one of the two at least
 * @param weight how much it stands out
 */
record ShownBox(
    String label,
    String change,
    float score,
    Optional<Corners> solid,
    Optional<Corners> dashed,
    Weight weight) {

  /** How much a box stands out among the others of its picture. */
  enum Weight {
    FULL,
    /** It shows what else is there, and has no tag. */
    FAINT
  }

  ShownBox {
    if (solid.isEmpty() && dashed.isEmpty()) {
      throw new IllegalArgumentException("Invalid box: it is nowhere (must be in one layer)");
    }
  }

  /** A box of a label table as it is, or before refiners too. */
  static ShownBox of(LabeledBox box, Layers layers) {
    return new ShownBox(
        box.label(),
        "",
        box.score(),
        Optional.of(box.corners()),
        layers == Layers.REFINED ? Optional.of(box.detectorCorners()) : Optional.empty(),
        Weight.FULL);
  }

  /** Whether a table's boxes were moved after the detector. */
  enum Layers {
    PLAIN,
    REFINED;

    static Layers of(TableSummary summary) {
      return summary.refined() ? REFINED : PLAIN;
    }
  }

  /** Where its tag is. */
  Corners place() {
    return solid.or(() -> dashed).orElseThrow();
  }

  /** Where its tag is when solid lines are hidden. */
  Corners otherPlace() {
    return dashed.or(() -> solid).orElseThrow();
  }

  /** Of the two layers; 1 for a box of one layer. */
  double iou() {
    return place().iou(otherPlace());
  }

  /** The classes of the page's style that apply to it; may be blank. */
  String style() {
    return (alone() + (weight == Weight.FAINT ? " faint" : "")).strip();
  }

  /** The layer that it is in alone; blank if it is in both, or there is no other. */
  private String alone() {
    if (change.isBlank() || (solid.isPresent() && dashed.isPresent())) {
      return "";
    }
    return solid.isPresent() ? "only-final" : "only-detector";
  }
}
