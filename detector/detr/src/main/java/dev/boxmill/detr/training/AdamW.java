package dev.boxmill.detr.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * AdamW (Loshchilov, Hutter 2019) as PyTorch computes it, with rates of its own for each parameter,
 * behind clipping of the whole gradient's L2 norm. Betas 0.9 and 0.999, epsilon 1e-8.
 */
public final class AdamW {

  /** What the family's authors clip the gradient's norm to. */
  public static final double CLIP_NORM = 0.1;

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  /** Numbers that one thread takes at a time. */
  private static final int STRETCH = 1 << 16;

  private final List<Stretch> stretches;
  private final Moments moments;
  private long steps;

  /**
   * How a parameter moves.
   *
   * @param learningRate before any schedule
   * @param weightDecay share of itself that it loses in a step, times the learning rate
   */
  public record Rates(double learningRate, double weightDecay) {}

  /**
   * What the optimizer remembers of past gradients.
   *
   * @param mean running mean of each number's gradient
   * @param square running mean of its square
   */
  public record Moments(float[] mean, float[] square) {}

  private record Stretch(int first, int end, Rates rates) {}

  /**
   * Numbers of the row that belong together, where several optimizers share it.
   *
   * @param first position in the row
   * @param end behind the last one
   */
  public record Range(int first, int end) implements Serializable {

    /** All of a row. */
    public static Range all(ParameterLayout layout) {
      return new Range(0, layout.count());
    }

    /** How many there are. */
    public int count() {
      return end - first;
    }

    /**
     * Divides a row into parts as equal as whole stretches are; there are fewer where it is short.
     */
    public static List<Range> divided(ParameterLayout layout, int parts) {
      int stretches = Math.max(1, (layout.count() + STRETCH - 1) / STRETCH);
      int count = Math.min(parts, stretches);
      List<Range> ranges = new ArrayList<>();
      for (int part = 0; part < count; part++) {
        int first = STRETCH * (int) ((long) stretches * part / count);
        long end = (long) STRETCH * (int) ((long) stretches * (part + 1) / count);
        ranges.add(new Range(first, (int) Math.min(end, layout.count())));
      }
      return ranges;
    }
  }

  private AdamW(List<Stretch> stretches, Moments moments, long steps) {
    this.stretches = List.copyOf(stretches);
    this.moments = moments;
    this.steps = steps;
  }

  /** At its beginning. */
  public static AdamW start(ParameterLayout layout, Function<Parameter, Rates> rates) {
    Moments none = new Moments(new float[layout.count()], new float[layout.count()]);
    return resume(layout, rates, none, 0);
  }

  /** As it was after so many steps. */
  public static AdamW resume(
      ParameterLayout layout, Function<Parameter, Rates> rates, Moments moments, long steps) {
    return ofRange(layout, Range.all(layout), rates, moments, steps);
  }

  /**
   * Of a part of the row, as it was after so many steps: rows, gradients and moments hold that part
   * alone.
   */
  public static AdamW ofRange(
      ParameterLayout layout,
      Range range,
      Function<Parameter, Rates> rates,
      Moments moments,
      long steps) {
    List<Stretch> stretches = new ArrayList<>();
    for (Parameter parameter : layout.parameters()) {
      int begin = Math.max(range.first(), parameter.first());
      int end = Math.min(range.end(), parameter.first() + parameter.count());
      for (int first = begin; first < end; first += STRETCH) {
        int last = Math.min(end, first + STRETCH);
        stretches.add(
            new Stretch(first - range.first(), last - range.first(), rates.apply(parameter)));
      }
    }
    return new AdamW(stretches, moments, steps);
  }

  public Moments moments() {
    return moments;
  }

  /** Steps taken. */
  public long steps() {
    return steps;
  }

  /**
   * Takes a step.
   *
   * @param row the parameters, which change
   * @param gradient of the loss, before clipping; left as it is
   * @param schedule factor of all learning rates
   * @param clipNorm what the gradient's norm is clipped to
   * @return the gradient's norm before clipping
   */
  public double step(float[] row, float[] gradient, double schedule, double clipNorm) {
    double norm = Math.sqrt(squares(gradient));
    stepScaled(row, gradient, schedule, clipped(norm, clipNorm));
    return norm;
  }

  /** What a gradient of that norm is multiplied by so that it is no longer than that. */
  public static double clipped(double norm, double clipNorm) {
    return Math.min(1, clipNorm / (norm + 1e-6));
  }

  /**
   * Takes a step where the whole gradient's norm is known.
   *
   * @param scale of the gradient, from {@link #clipped}
   */
  public void stepScaled(float[] row, float[] gradient, double schedule, double scale) {
    steps++;
    stretches.parallelStream().forEach(stretch -> step(row, gradient, stretch, schedule, scale));
  }

  private void step(float[] row, float[] gradient, Stretch stretch, double schedule, double scale) {
    double learningRate = schedule * stretch.rates().learningRate();
    double kept = 1 - learningRate * stretch.rates().weightDecay();
    double meanScale = learningRate / (1 - Math.pow(BETA1, (double) steps));
    double squareScale = 1 / Math.sqrt(1 - Math.pow(BETA2, (double) steps));
    float[] means = moments.mean();
    float[] squares = moments.square();
    for (int i = stretch.first(); i < stretch.end(); i++) {
      double slope = scale * gradient[i];
      double mean = BETA1 * means[i] + (1 - BETA1) * slope;
      double square = BETA2 * squares[i] + (1 - BETA2) * slope * slope;
      row[i] =
          (float) (kept * row[i] - meanScale * mean / (Math.sqrt(square) * squareScale + EPSILON));
      means[i] = (float) mean;
      squares[i] = (float) square;
    }
  }

  /**
   * Sum of the gradient's squares, the same whatever the number of threads: sums of stretches are
   * added in their order.
   */
  public double squares(float[] gradient) {
    double[] squares = stretches.parallelStream().mapToDouble(s -> squares(gradient, s)).toArray();
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return sum;
  }

  private static double squares(float[] gradient, Stretch stretch) {
    double sum = 0;
    for (int i = stretch.first(); i < stretch.end(); i++) {
      sum += (double) gradient[i] * gradient[i];
    }
    return sum;
  }
}
