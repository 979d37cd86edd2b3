package dev.boxmill.job.scenes;

import java.util.SplittableRandom;

/** How large scenes are, and what is on them. */
public enum SceneKind {
  /**
   * 160 to 320 pixels a side, with up to 6 objects that fill them: what the detector is trained on.
   */
  SMALL(1, 6) {
    @Override
    int width(SplittableRandom random) {
      return random.nextInt(SHORTEST_SIDE, LONGEST_SIDE + 1);
    }

    @Override
    int height(SplittableRandom random, int width) {
      int least = (int) Math.max(SHORTEST_SIDE, Math.ceil(width / LONGEST_ASPECT));
      int most = (int) Math.min(LONGEST_SIDE, width * LONGEST_ASPECT);
      return random.nextInt(least, most + 1);
    }

    @Override
    double objectSize(double share, double side) {
      return 0.16 * Math.pow(0.5 / 0.16, share) * side;
    }
  },

  /** 4,000 x 3,000 pixels, with 60 to 100 objects of 16 to 60 pixels: as from a drone. */
  LARGE(60, 100) {
    @Override
    int width(SplittableRandom random) {
      return 4000;
    }

    @Override
    int height(SplittableRandom random, int width) {
      return 3000;
    }

    @Override
    double objectSize(double share, double side) {
      return 16 * Math.pow(60 / 16.0, share);
    }
  };

  private static final int SHORTEST_SIDE = 160;
  private static final int LONGEST_SIDE = 320;
  private static final double LONGEST_ASPECT = 1.5;

  private final int fewest;
  private final int most;

  SceneKind(int fewest, int most) {
    this.fewest = fewest;
    this.most = most;
  }

  abstract int width(SplittableRandom random);

  abstract int height(SplittableRandom random, int width);

  /**
   * Side of an object's square in pixels.
   *
   * @param share from 0, the smallest, to 1, the largest
   * @param side square root of the picture's area
   */
  abstract double objectSize(double share, double side);

  int fewest() {
    return fewest;
  }

  int most() {
    return most;
  }
}
