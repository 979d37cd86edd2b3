package dev.boxmill.job.evaluate;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Annotated images.
 *
 * @param images by ascending id
 * @param categories by ascending id; objects name them by index
 * @param findings what is odd about the annotations
 * @param ids of the file that are texts
 */
public record GroundTruth(
    List<TruthImage> images,
    List<TruthCategory> categories,
    AnnotationWarnings findings,
    CocoIds ids) {

  public GroundTruth {
    images = List.copyOf(images);
    categories = List.copyOf(categories);
  }

  /** Of a file whose ids are numbers. */
  public GroundTruth(
      List<TruthImage> images, List<TruthCategory> categories, AnnotationWarnings findings) {
    this(images, categories, findings, new CocoIds());
  }

  /** Index of each image, by its id. */
  Map<Long, Integer> imageIndices() {
    Map<Long, Integer> indices = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      indices.put(images.get(i).id(), i);
    }
    return indices;
  }

  /** Index of each category, by its id. */
  Map<Long, Integer> categoryIndices() {
    Map<Long, Integer> indices = new TreeMap<>();
    for (int i = 0; i < categories.size(); i++) {
      indices.put(categories.get(i).id(), i);
    }
    return indices;
  }
}
