package dev.boxmill.refiners.refinebox.training;

import dev.boxmill.refiners.refinebox.NetworkTensors;
import dev.boxmill.refiners.refinebox.training.ParameterLayout.Slice;
import java.util.Arrays;
import java.util.Random;

/**
 * What a refiner starts from, drawn as the reference's libraries do. The last layer is not zero:
 * with the gradient's norm clipped, AdamW would remember the first steps, when all of it fell on
 * that layer, and hardly move it for a thousand more.
 */
public final class InitialParameters {

  private InitialParameters() {}

  /** The same seed gives the same numbers. */
  public static float[] draw(ParameterLayout layout, long seed) {
    Random random = new Random(seed);
    float[] row = new float[layout.count()];
    layout.slices().forEach(slice -> fill(row, slice, random));
    return row;
  }

  /**
   * The same, of a last layer that moves boxes less.
   *
   * @param move share of what the last layer would be; few images do not last to undo what drawn
   *     weights do to boxes
   */
  public static float[] draw(ParameterLayout layout, long seed, double move) {
    float[] row = draw(layout, seed);
    for (Slice slice : layout.slices()) {
      for (int i = 0; slice.programName().startsWith("delta") && i < slice.count(); i++) {
        row[slice.first() + i] *= (float) move;
      }
    }
    return row;
  }

  private static void fill(float[] row, Slice slice, Random random) {
    int end = slice.first() + slice.count();
    if (slice.ofNorm() && slice.name().endsWith("weight")) {
      Arrays.fill(row, slice.first(), end, 1);
      return;
    }
    if (slice.shape().size() == 1 && !slice.programName().startsWith("delta")) {
      return;
    }
    for (int i = slice.first(); i < end; i++) {
      row[i] = (float) value(slice, random);
    }
  }

  private static double value(Slice slice, Random random) {
    double fanIn = slice.count() / slice.shape().get(0).doubleValue();
    if (slice.programName().startsWith("block")) {
      // detectron2's c2_msra_fill: fan out, ReLU; inputs and outputs are as many here
      return random.nextGaussian() * Math.sqrt(2 / fanIn);
    }
    return (2 * random.nextDouble() - 1) * bound(slice, fanIn);
  }

  /** The pyramid: c2_xavier_fill, which counts inputs only. The rest: torch.nn.Linear. */
  private static double bound(Slice slice, double fanIn) {
    if (slice.programName().startsWith("delta")) {
      return 1 / Math.sqrt(NetworkTensors.CHANNELS);
    }
    return slice.programName().startsWith("mlp") ? 1 / Math.sqrt(fanIn) : Math.sqrt(3 / fanIn);
  }
}
