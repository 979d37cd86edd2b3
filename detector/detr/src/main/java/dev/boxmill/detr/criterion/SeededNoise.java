package dev.boxmill.detr.criterion;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Noise that depends on an image's seed and the copy alone, not on the batch around it. */
public final class SeededNoise implements Noise.Source {
  private static final int COORDINATES = 4;

  private final List<Long> seeds;
  private final int classes;

  /**
   * The same seeds give the same noise.
   *
   * @param seeds of each image
   * @param classes that there are
   */
  public SeededNoise(List<Long> seeds, int classes) {
    this.seeds = List.copyOf(seeds);
    this.classes = classes;
  }

  @Override
  public Noise of(int image, int group, Noise.Side side, int object) {
    long copy = ((long) group * Noise.Side.values().length + side.ordinal()) << Integer.SIZE;
    SplittableRandom random = new SplittableRandom(31 * seeds.get(image) + copy + object);
    float label = uniform(random);
    int newLabel = random.nextInt(classes);
    List<Float> amounts = new ArrayList<>();
    List<Float> signs = new ArrayList<>();
    for (int i = 0; i < COORDINATES; i++) {
      amounts.add(uniform(random));
      signs.add(random.nextBoolean() ? 1f : -1f);
    }
    return new Noise(label, newLabel, amounts, signs);
  }

  /** 24 bits, so that it stays below 1. */
  private static float uniform(SplittableRandom random) {
    return (random.nextInt() >>> 8) * 0x1p-24f;
  }
}
