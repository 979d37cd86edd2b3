package dev.boxmill.job.triage;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import java.io.Serializable;

/**
 * What is usual among the boxes of a class, and what a box that differs is worth as evidence.
 *
 * @param boxes how many
 * @param meanSize mean of {@link #size}
 * @param deviation of the sizes, standard
 * @param meanMove mean of 1 - IoU of boxes before and after the refiners
 */
record Habit(long boxes, double meanSize, double deviation, double meanMove)
    implements Serializable {

  /** Of fewer, mean and deviation say little. */
  static final long LEAST_BOXES = 20;

  /** A refiner is there to move boxes a little: this much on the mean is nothing unusual. */
  static final double LEAST_MEAN_MOVE = 0.05;

  /** Sizes of wrong boxes lie anywhere within four deviations of the mean, on both sides. */
  private static final double WRONG_SIZES = 8;

  /** ln of the box's side over the image's, each the root of an area. */
  static double size(Corners box, ImageSize image) {
    return Math.log(box.area() / ((double) image.width() * image.height())) / 2;
  }

  /**
   * How much more likely a wrong box has that size than a right one, 0 or more.
   *
   * @param size {@link #size}; 1 for all sizes if too few boxes tell what is usual
   */
  double sizeAgainst(double size) {
    if (boxes < LEAST_BOXES || !(deviation > 0)) {
      return 1;
    }
    double distance = (size - meanSize) / deviation;
    double right = Math.exp(-distance * distance / 2) / Math.sqrt(2 * Math.PI);
    return 1 / WRONG_SIZES / right;
  }

  /**
   * How much more likely a wrong box was moved so far than a right one, 0 or more.
   *
   * @param move 1 - IoU of the box before and after, 0 to 1
   */
  double moveAgainst(double move) {
    double mean = Math.max(LEAST_MEAN_MOVE, meanMove);
    return mean * Math.exp(move / mean);
  }
}
