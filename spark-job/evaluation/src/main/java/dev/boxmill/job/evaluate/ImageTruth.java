package dev.boxmill.job.evaluate;

import dev.boxmill.schemas.ImageSize;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What is annotated in one image.
 *
 * @param width of the image in pixels; 0 if the file does not tell
 * @param height of the image in pixels; 0 if the file does not tell
 * @param objects by category, within it in the order that matching goes through them
 * @param absent categories known to be absent (LVIS)
 * @param notExhaustive categories of which more objects may be there than annotated (LVIS)
 */
public record ImageTruth(
    int width,
    int height,
    List<TruthObject> objects,
    Set<Integer> absent,
    Set<Integer> notExhaustive)
    implements Serializable {

  public ImageTruth {
    objects = objects.stream().sorted(Comparator.comparingInt(TruthObject::category)).toList();
    absent = Set.copyOf(absent);
    notExhaustive = Set.copyOf(notExhaustive);
  }

  /** An image of a file in COCO's form. */
  static ImageTruth of(ImageSize size, List<TruthObject> objects) {
    return new ImageTruth(size.width(), size.height(), objects, Set.of(), Set.of());
  }
}
