package dev.boxmill.job.train;

import java.io.Serializable;
import java.util.List;

/**
 * Images of a step that one task puts through the network together. Groups don't depend on how many
 * tasks there are, so that the sum of their gradients doesn't either.
 */
record DetectorGroup(List<ViewedImage> images) implements Serializable {

  /**
   * An image as the step sees it.
   *
   * @param objects that the view shows
   * @param seed of what is drawn for it
   */
  record ViewedImage(AnnotatedImage image, View view, List<GroundTruthBox> objects, long seed)
      implements Serializable {

    ViewedImage {
      objects = List.copyOf(objects);
    }
  }

  DetectorGroup {
    images = List.copyOf(images);
  }
}
