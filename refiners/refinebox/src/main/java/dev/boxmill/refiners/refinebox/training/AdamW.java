package dev.boxmill.refiners.refinebox.training;

import dev.boxmill.refiners.refinebox.training.ParameterLayout.Slice;

/**
 * AdamW (Loshchilov, Hutter 2019) as PyTorch computes it, after clipping the gradient's L2 norm.
 * Betas 0.9 and 0.999, epsilon 1e-8, weight decay 1e-4 but for norms, clip 0.1: the reference's
 * settings (configs/common/optim.py).
 */
public final class AdamW {

  public static final double CLIP_NORM = 0.1;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final double WEIGHT_DECAY = 1e-4;

  private final ParameterLayout layout;
  private final Moments moments;
  private long steps;

  /**
   * What it remembers of past gradients.
   *
   * @param mean running mean of each number's gradient
   * @param square running mean of its square
   */
  public record Moments(float[] mean, float[] square) {}

  private AdamW(ParameterLayout layout, Moments moments, long steps) {
    this.layout = layout;
    this.moments = moments;
    this.steps = steps;
  }

  public static AdamW start(ParameterLayout layout) {
    Moments none = new Moments(new float[layout.count()], new float[layout.count()]);
    return new AdamW(layout, none, 0);
  }

  /** As it was after so many steps. */
  public static AdamW resume(ParameterLayout layout, Moments moments, long steps) {
    return new AdamW(layout, moments, steps);
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
   * @param row the weights, which change
   * @param gradient of the mean loss; clipped in place
   */
  public void step(float[] row, double[] gradient, double learningRate) {
    clip(gradient);
    steps++;
    for (Slice slice : layout.slices()) {
      step(row, gradient, slice, learningRate);
    }
  }

  private void step(float[] row, double[] gradient, Slice slice, double learningRate) {
    double kept = slice.ofNorm() ? 1 : 1 - learningRate * WEIGHT_DECAY;
    double meanScale = learningRate / (1 - Math.pow(BETA1, (double) steps));
    double squareScale = Math.sqrt(1 - Math.pow(BETA2, (double) steps));
    int end = slice.first() + slice.count();
    for (int i = slice.first(); i < end; i++) {
      double mean = BETA1 * moments.mean()[i] + (1 - BETA1) * gradient[i];
      double square = BETA2 * moments.square()[i] + (1 - BETA2) * gradient[i] * gradient[i];
      double move = meanScale * mean / (Math.sqrt(square) / squareScale + EPSILON);
      row[i] = (float) (kept * row[i] - move);
      moments.mean()[i] = (float) mean;
      moments.square()[i] = (float) square;
    }
  }

  /** torch.nn.utils.clip_grad_norm_. */
  private static void clip(double[] gradient) {
    double squares = 0;
    for (double one : gradient) {
      squares += one * one;
    }
    double scale = CLIP_NORM / (Math.sqrt(squares) + 1e-6);
    for (int i = 0; scale < 1 && i < gradient.length; i++) {
      gradient[i] *= scale;
    }
  }
}
