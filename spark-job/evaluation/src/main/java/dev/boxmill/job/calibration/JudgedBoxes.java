package dev.boxmill.job.calibration;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Boxes that were held against annotations: of each its score, and how well it found an object. */
public final class JudgedBoxes {

  private int size;
  private double[] scores = new double[16];
  private double[] overlaps = new double[16];
  private int[] images = new int[16];

  /**
   * Adds a box.
   *
   * @param overlap IoU with the object that it found; 0 if it found none, and so is wrong
   * @param image its number
   */
  public void add(double score, double overlap, int image) {
    if (size == scores.length) {
      scores = Arrays.copyOf(scores, 2 * size);
      overlaps = Arrays.copyOf(overlaps, 2 * size);
      images = Arrays.copyOf(images, 2 * size);
    }
    scores[size] = score;
    overlaps[size] = overlap;
    images[size] = image;
    size++;
  }

  /** Adds all of them. */
  public JudgedBoxes addAll(JudgedBoxes others) {
    for (int box = 0; box < others.size; box++) {
      add(others.scores[box], others.overlaps[box], others.images[box]);
    }
    return this;
  }

  /** Those of some images. */
  public JudgedBoxes ofImages(IntPredicate chosen) {
    JudgedBoxes some = new JudgedBoxes();
    for (int box = 0; box < size; box++) {
      if (chosen.test(images[box])) {
        some.add(scores[box], overlaps[box], images[box]);
      }
    }
    return some;
  }

  public int size() {
    return size;
  }

  public double score(int box) {
    return scores[box];
  }

  public double overlap(int box) {
    return overlaps[box];
  }

  /** How many found an object. */
  public int right() {
    return (int) Arrays.stream(overlaps, 0, size).filter(overlap -> overlap > 0).count();
  }

  /** Mean score; 0 if there is no box. */
  public double meanScore() {
    return Arrays.stream(scores, 0, size).average().orElse(0);
  }

  /** Scores of all, in the order in which they were added. */
  double[] scores() {
    return Arrays.copyOf(scores, size);
  }

  /** 1 for each that is right, 0 for each that is wrong. */
  double[] outcomes() {
    return Arrays.stream(overlaps, 0, size).map(overlap -> overlap > 0 ? 1 : 0).toArray();
  }
}
