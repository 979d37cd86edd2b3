package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What matching one image found, small enough to be sent: for each category with objects or
 * detections there, how many objects count and what became of each detection, by descending score.
 */
public final class ImageMatches implements Serializable {

  /** The overlap of a detection that does not count. */
  static final double IGNORED = -1;

  private static final long serialVersionUID = 1;

  private int[] categories = new int[4];
  private int[] ends = new int[4];
  private int[] objects = new int[4 * AreaRange.COUNT];
  private double[] scores;
  private double[] overlaps;
  private int[] outcomes;
  private int categoryCount;
  private int detectionCount;

  ImageMatches(int expectedDetections) {
    scores = new double[expectedDetections];
    overlaps = new double[expectedDetections];
    outcomes = new int[AreaRange.COUNT * expectedDetections];
  }

  /** Begins the next category; detections that are added belong to it. */
  void category(int category) {
    if (categoryCount == categories.length) {
      categories = Arrays.copyOf(categories, 2 * categoryCount);
      ends = Arrays.copyOf(ends, 2 * categoryCount);
      objects = Arrays.copyOf(objects, 2 * categoryCount * AreaRange.COUNT);
    }
    categories[categoryCount] = category;
    ends[categoryCount] = detectionCount;
    categoryCount++;
  }

  /** Sets how many objects of the last category count in an area range. */
  void setObjects(int area, int count) {
    objects[(categoryCount - 1) * AreaRange.COUNT + area] = count;
  }

  /** How many detections were added, of all categories. */
  int detectionCount() {
    return detectionCount;
  }

  /** Adds a detection to the last category. */
  void detection(double score) {
    if (detectionCount == scores.length) {
      int more = Math.max(8, 2 * detectionCount);
      scores = Arrays.copyOf(scores, more);
      overlaps = Arrays.copyOf(overlaps, more);
      outcomes = Arrays.copyOf(outcomes, more * AreaRange.COUNT);
    }
    scores[detectionCount] = score;
    ends[categoryCount - 1] = ++detectionCount;
  }

  void outcome(int detection, int area, int outcome) {
    outcomes[detection * AreaRange.COUNT + area] = outcome;
  }

  /** Sets what {@link #overlap} gives. */
  void setOverlap(int detection, double overlap) {
    overlaps[detection] = overlap;
  }

  int categoryCount() {
    return categoryCount;
  }

  /** Index of the entry's category in the ground truth. */
  int categoryOf(int entry) {
    return categories[entry];
  }

  int objects(int entry, int area) {
    return objects[entry * AreaRange.COUNT + area];
  }

  /** First detection of an entry. */
  int start(int entry) {
    return entry == 0 ? 0 : ends[entry - 1];
  }

  /** One past the last detection of an entry. */
  int end(int entry) {
    return ends[entry];
  }

  double score(int detection) {
    return scores[detection];
  }

  /**
   * IoU with the object that the detection found at the matcher's locating IoU, over all areas; 0
   * if it found none, {@link #IGNORED} if it does not count there.
   */
  double overlap(int detection) {
    return overlaps[detection];
  }

  /** An {@link MatchBits}. */
  int outcome(int detection, int area) {
    return outcomes[detection * AreaRange.COUNT + area];
  }
}
