package dev.boxmill.detr.training;

import dev.boxmill.detr.criterion.TargetObject;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Images of one exact size and their objects. Images of several sizes are several batches, whose
 * gradients add up to the step's; nothing is padded.
 */
public final class TrainingBatch {
  private static final int CHANNELS = 3;

  private final FloatBuffer pixels;
  private final int height;
  private final int width;
  private final List<List<TargetObject>> objects;
  private final List<Long> seeds;

  /**
   * A batch.
   *
   * @param pixels (B, 3, height, width), normalized as for detecting
   * @param objects of each image
   * @param seeds of each image: what is drawn for it depends on its seed alone
   */
  public TrainingBatch(
      FloatBuffer pixels,
      int height,
      int width,
      List<List<TargetObject>> objects,
      List<Long> seeds) {
    long count = (long) objects.size() * CHANNELS * height * width;
    if (objects.isEmpty() || pixels.remaining() != count) {
      throw new IllegalArgumentException(
          "Invalid pixels: %d numbers (must be %d x 3 x %d x %d)"
              .formatted(pixels.remaining(), objects.size(), height, width));
    }
    if (seeds.size() != objects.size()) {
      throw new IllegalArgumentException(
          "Invalid seeds: %d (must be one for each of %d images)"
              .formatted(seeds.size(), objects.size()));
    }
    this.pixels = pixels.duplicate();
    this.height = height;
    this.width = width;
    this.objects = objects.stream().map(List::copyOf).toList();
    this.seeds = List.copyOf(seeds);
  }

  FloatBuffer pixels() {
    return pixels.duplicate();
  }

  long[] shape() {
    return new long[] {objects.size(), CHANNELS, height, width};
  }

  /** Objects of each image. */
  public List<List<TargetObject>> objects() {
    return objects;
  }

  List<Long> seeds() {
    return seeds;
  }
}
