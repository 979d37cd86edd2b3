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

  /** Drawn by seed, epoch and image alone: it does not matter who draws it, or when. */
  static Pose draw(TrainingSettings settings, int epoch, int image) {
    SplittableRandom random =
        new SplittableRandom(
            settings.seed() * 0x9E3779B97F4A7C15L + epoch * 0xD1B54A32D192ED03L + image);
    boolean mirrored = random.nextDouble() < settings.mirrored();
    return new Pose(mirrored, settings.scales().get(random.nextInt(settings.scales().size())));
  }
}
