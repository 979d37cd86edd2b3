package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * A refiner that works on one image at a time, needs no feature maps, and holds nothing that must
 * be closed. The rules of {@link BoxRefiner} hold for it too.
 */
@FunctionalInterface
public interface ImageRefiner extends BoxRefiner {

  /**
   * The refined detections of one image.
   *
   * @param size of the original image in pixels
   * @param detections immutable; by descending score unless an earlier refiner changed the order
   */
  List<Detection> refine(ImageSize size, List<Detection> detections);

  @Override
  default List<List<Detection>> refine(ImageBatch batch) {
    List<List<Detection>> refined = new ArrayList<>();
    for (int image = 0; image < batch.count(); image++) {
      refined.add(refine(batch.sizes().get(image), batch.detections().get(image)));
    }
    return refined;
  }

  @Override
  default void close() {}
}
