package dev.boxmill.job.calibration;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Boxes by their score, in bins of one width. A score on a border belongs to the bin below it, and
 * a score of 0 to the first.
 */
public final class ReliabilityBins {

  private final double[] borders;
  private final long[] boxes;
  private final long[] right;
  private final double[] scores;
  private final double[] overlaps;

  public ReliabilityBins(int count) {
    borders = IntStream.rangeClosed(0, count).mapToDouble(i -> i * (1.0 / count)).toArray();
    borders[count] = 1;
    boxes = new long[count];
    right = new long[count];
    scores = new double[count];
    overlaps = new double[count];
  }

  /**
   * Adds a box.
   *
   * @param overlap IoU with the object that it found; 0 if it found none
   */
  public void add(double score, double overlap) {
    int found = Arrays.binarySearch(borders, score);
    int bin = Math.max(0, (found >= 0 ? found : -found - 1) - 1);
    boxes[bin]++;
    right[bin] += overlap > 0 ? 1 : 0;
    scores[bin] += score;
    overlaps[bin] += overlap;
  }

  public int count() {
    return boxes.length;
  }

  /** Boxes of all bins. */
  public long total() {
    return Arrays.stream(boxes).sum();
  }

  public long boxes(int bin) {
    return boxes[bin];
  }

  /** Share of a bin's boxes that are right; the bin has some. */
  public double precision(int bin) {
    return (double) right[bin] / boxes[bin];
  }

  /** Mean score of a bin's boxes; the bin has some. */
  public double meanScore(int bin) {
    return scores[bin] / boxes[bin];
  }

  /** Precision times the mean IoU of those that are right; the bin has boxes. */
  public double meanOverlap(int bin) {
    return overlaps[bin] / boxes[bin];
  }

  /** Mean difference of score and precision, over the boxes; there are some. */
  public double error() {
    return IntStream.range(0, count())
            .filter(bin -> boxes[bin] > 0)
            .mapToDouble(bin -> boxes[bin] * Math.abs(meanScore(bin) - precision(bin)))
            .sum()
        / total();
  }

  /** Mean difference of score and precision times IoU, over the boxes; there are some. */
  public double locationAwareError() {
    return IntStream.range(0, count())
            .filter(bin -> boxes[bin] > 0)
            .mapToDouble(bin -> boxes[bin] * Math.abs(meanScore(bin) - meanOverlap(bin)))
            .sum()
        / total();
  }
}
