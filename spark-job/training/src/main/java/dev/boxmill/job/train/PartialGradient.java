package dev.boxmill.job.train;

import dev.boxmill.refiners.refinebox.training.LossGradient;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Sum over some images of a batch, in float64. */
final class PartialGradient implements Serializable {

  private static final long serialVersionUID = 1;

  private final double[] sum;
  private final List<String> lost = new ArrayList<>();
  private double loss;
  private long boxes;

  PartialGradient(int parameters) {
    this.sum = new double[parameters];
  }

  void add(LossGradient image) {
    float[] values = image.values();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[i];
    }
    loss += image.loss();
    boxes += image.boxes();
  }

  /** Notes an image that could not be used, and why. */
  void addLost(String why) {
    lost.add(why);
  }

  void add(PartialGradient other) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other.sum[i];
    }
    loss += other.loss;
    boxes += other.boxes;
    lost.addAll(other.lost);
  }

  /** Of the loss per box. */
  double[] mean() {
    double[] mean = sum.clone();
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= Math.max(1, boxes);
    }
    return mean;
  }

  /** Summed over boxes. */
  double loss() {
    return loss;
  }

  long boxes() {
    return boxes;
  }

  List<String> lost() {
    return lost;
  }
}
