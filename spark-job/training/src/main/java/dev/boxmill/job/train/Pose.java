package dev.boxmill.job.train;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * How an image is seen.
 *
 * @param mirrored left and right have changed places
 * @param scale factor of the detector's usual size
 */
record Pose(boolean mirrored, double scale) implements Serializable {

  /** As the image is. */
  static final Pose PLAIN = new Pose(false, 1);

  /**
   * Drawn by seed, epoch and numbers alone: it does not matter who draws it, or when.
   *
   * @param image its number among the training images
   * @param group of images that are seen in one size
   */
  static Pose draw(TrainingSettings settings, int epoch, int image, int group) {
    boolean mirrored = random(settings, epoch, image).nextDouble() < settings.mirrored();
    int scale = random(settings, epoch, ~group).nextInt(settings.scales().size());
    return new Pose(mirrored, settings.scales().get(scale));
  }

  private static SplittableRandom random(TrainingSettings settings, int epoch, int number) {
    return new SplittableRandom(
        settings.seed() * 0x9E3779B97F4A7C15L + epoch * 0xD1B54A32D192ED03L + number);
  }
}
