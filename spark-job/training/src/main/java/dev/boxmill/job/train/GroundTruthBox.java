package dev.boxmill.job.train;

import dev.boxmill.schemas.Box;
import java.io.Serializable;

/**
 * An annotated object, as a matcher takes it.
 *
 * @param label the detector's id of its class
 * @param cx center, as a share of the image's width
 * @param cy center, as a share of the image's height
 */
record GroundTruthBox(int label, float cx, float cy, float width, float height)
    implements Serializable {

  /** Where it is in that augmentation of the image. */
  Box in(Augmentation augmentation) {
    return new Box(augmentation.mirrored() ? 1 - cx : cx, cy, width, height);
  }
}
