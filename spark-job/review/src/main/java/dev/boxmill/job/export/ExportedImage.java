package dev.boxmill.job.export;

import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One labelled image.
 *
 * @param number from 1, in the order of the addresses
 * @param uri as in the table
 * @param made the detector and the refiners that made the boxes
 * @param boxes by descending score
 * @param reviewPriority of a triage, 0 to 1; empty without one
 */
record ExportedImage(
    long number,
    String uri,
    ImageSize size,
    String made,
    List<ExportedBox> boxes,
    OptionalDouble reviewPriority) {

  ExportedImage {
    boxes = List.copyOf(boxes);
  }
}
