package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.List;

/**
 * Images that went through the detector together.
 *
 * @param sizes of the original images, in pixels after EXIF orientation; they may differ within a
 *     batch, while the resized pictures that the detector reads all have one shape
 * @param detections of each image, by descending score at first; those below the run's {@code
 *     --min-score} are gone already. Boxes are relative to the image, in center form, and may reach
 *     over its border. Perhaps none.
 * @param features what the frozen detector's backbone made of the images, the batch's images in the
 *     same order
 */
public record ImageBatch(
    List<ImageSize> sizes, List<List<Detection>> detections, FeatureMaps features) {

  public ImageBatch {
    sizes = List.copyOf(sizes);
    detections = detections.stream().map(List::copyOf).toList();
    if (sizes.size() != detections.size()) {
      throw new IllegalArgumentException(
          "Invalid batch: detections of %d images (must be of %d, as there are sizes)"
              .formatted(detections.size(), sizes.size()));
    }
  }

  /** Number of images, at least 1 in a run. */
  public int count() {
    return sizes.size();
  }

  /** The same images with other detections. */
  public ImageBatch withDetections(List<List<Detection>> changed) {
    return new ImageBatch(sizes, changed, features);
  }
}
