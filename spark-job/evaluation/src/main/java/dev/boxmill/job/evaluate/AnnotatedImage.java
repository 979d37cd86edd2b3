package dev.boxmill.job.evaluate;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.Serializable;
import java.util.List;

/**
 * An image as people annotated it and as a detector labeled it.
 *
 * @param uri where the detector read it
 * @param size as the label table has it
 * @param truth what people annotated
 * @param found what the detector found, of the classes that the annotations have
 */
public record AnnotatedImage(String uri, ImageSize size, ImageTruth truth, List<Found> found)
    implements Serializable {

  public AnnotatedImage {
    found = List.copyOf(found);
  }

  /**
   * A detector's box.
   *
   * @param category index of its category in the ground truth
   */
  public record Found(int category, LabeledBox box) implements Serializable {}
}
