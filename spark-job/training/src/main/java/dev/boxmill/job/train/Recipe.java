package dev.boxmill.job.train;

import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * DETR's augmentation ({@code make_coco_transforms} of its {@code datasets/coco.py}): half of the
 * images are mirrored; half are resized as they are, and of the others a part is cut out first. Its
 * pixels are there shares of the size that the detector usually gets, 800: cuts are of 384 to 600
 * in an image of 400, 500 or 600. A cut is resized once, from the original's pixels.
 *
 * @param settings how often
 * @param usual size that the detector usually gets of an image
 */
record Recipe(DetectorSettings settings, UnaryOperator<ImageSize> usual) {

  private static final List<Double> SIZES_TO_CUT = List.of(400 / 800.0, 500 / 800.0, 600 / 800.0);
  private static final double LEAST_CUT = 384 / 800.0;
  private static final double LARGEST_CUT = 600 / 800.0;

  /**
   * Draws a view by seed, epoch and numbers alone: it does not matter who draws it, or when.
   *
   * @param image its number among the training images
   * @param group of images that go through the network together, at one scale
   */
  View draw(int epoch, int image, int group, ImageSize size) {
    SplittableRandom random = random(epoch, image);
    boolean mirrored = random.nextDouble() < settings.mirrored();
    List<Double> scales = settings.scales();
    double scale = scales.get(random(epoch, ~group).nextInt(scales.size()));
    return random.nextDouble() < settings.cropped()
        ? cut(size, mirrored, scale, random)
        : View.whole(size, mirrored, scale);
  }

  private SplittableRandom random(int epoch, int number) {
    return new SplittableRandom(
        settings.seed() * 0x9E3779B97F4A7C15L + epoch * 0xD1B54A32D192ED03L + number);
  }

  private View cut(ImageSize size, boolean mirrored, double scale, SplittableRandom random) {
    ImageSize resized = usual.apply(size);
    double shorter = Math.min(resized.width(), resized.height());
    double factor = SIZES_TO_CUT.get(random.nextInt(SIZES_TO_CUT.size()));
    int width =
        side(
            size.width(),
            LEAST_CUT * shorter,
            LARGEST_CUT * shorter,
            factor * resized.width(),
            random);
    int height =
        side(
            size.height(),
            LEAST_CUT * shorter,
            LARGEST_CUT * shorter,
            factor * resized.height(),
            random);
    int left = random.nextInt(size.width() - width + 1);
    int top = random.nextInt(size.height() - height + 1);
    return new View(mirrored, left, top, width, height, scale);
  }

  /**
   * A side of a cut in pixels of the original.
   *
   * @param pixels of the original's side
   * @param resized what that has where it is cut
   */
  private static int side(
      int pixels, double least, double largest, double resized, SplittableRandom random) {
    double most = Math.min(largest, resized);
    double side = Math.min(least, most) + random.nextDouble() * Math.max(0, most - least);
    return Math.max(1, Math.min(pixels, (int) Math.round(side * pixels / resized)));
  }
}
