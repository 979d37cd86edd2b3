package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/** What was detected in one image, in the order that equal scores keep. Grows as it is read. */
public final class ImageDetections implements Serializable {

  private static final long serialVersionUID = 1;

  /** The category of a detection that the ground truth has no category for. */
  public static final int UNKNOWN = -1;

  private static final int SIDES = 4;

  private int size;
  private int[] categories;
  private double[] scores;
  private double[] boxes;

  public ImageDetections(int expected) {
    categories = new int[expected];
    scores = new double[expected];
    boxes = new double[SIDES * expected];
  }

  /**
   * Adds a detection.
   *
   * @param category index of its category in the ground truth, or {@link #UNKNOWN}
   * @param x left border in pixels
   * @param y upper border in pixels
   */
  public void add(int category, double score, double x, double y, double width, double height) {
    if (size == scores.length) {
      int more = Math.max(8, 2 * size);
      categories = Arrays.copyOf(categories, more);
      scores = Arrays.copyOf(scores, more);
      boxes = Arrays.copyOf(boxes, SIDES * more);
    }
    categories[size] = category;
    scores[size] = score;
    boxes[SIDES * size] = x;
    boxes[SIDES * size + 1] = y;
    boxes[SIDES * size + 2] = width;
    boxes[SIDES * size + 3] = height;
    size++;
  }

  int size() {
    return size;
  }

  int category(int detection) {
    return categories[detection];
  }

  double score(int detection) {
    return scores[detection];
  }

  double x(int detection) {
    return boxes[SIDES * detection];
  }

  double y(int detection) {
    return boxes[SIDES * detection + 1];
  }

  double width(int detection) {
    return boxes[SIDES * detection + 2];
  }

  double height(int detection) {
    return boxes[SIDES * detection + 3];
  }

  double area(int detection) {
    return width(detection) * height(detection);
  }
}
