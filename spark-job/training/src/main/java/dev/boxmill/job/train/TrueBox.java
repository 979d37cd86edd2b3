package dev.boxmill.job.train;

import dev.boxmill.schemas.Box;
import java.io.Serializable;

/**
 * An annotated object, as a matcher takes it.
 *
 * @param label the detector's id of its class
 * @param cx centre, as a share of the image's width
 * @param cy centre, as a share of the image's height
 */
record TrueBox(int label, float cx, float cy, float width, float height) implements Serializable {

  /** Where it is in that pose of the image. */
  Box in(Pose pose) {
    return new Box(pose.mirrored() ? 1 - cx : cx, cy, width, height);
  }
}
