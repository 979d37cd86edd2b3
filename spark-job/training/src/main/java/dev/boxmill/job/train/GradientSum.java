package dev.boxmill.job.train;

import dev.boxmill.detr.training.BatchLosses;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A task's share of a step's gradient, summed in float64: where each group's is the same, so is the
 * step's, however the groups are shared out.
 */
final class GradientSum implements Serializable {

  private static final long serialVersionUID = 1;

  private final transient double[] values;
  private final Report report = new Report();

  /** All of a share but the gradient itself. */
  static final class Report implements Serializable {

    private static final long serialVersionUID = 1;

    private final TreeMap<String, Double> losses = new TreeMap<>();
    private final List<String> lost = new ArrayList<>();
    private double[] statistics = {};
    private String failure = "";
    private double total;
    private long images;

    void add(Report other) {
      other.losses.forEach((name, value) -> losses.merge(name, value, Double::sum));
      lost.addAll(other.lost);
      addStatistics(other.statistics);
      failure = failure.isEmpty() ? other.failure : failure;
      total += other.total;
      images += other.images;
    }

    private void addStatistics(double[] more) {
      if (statistics.length == 0) {
        statistics = more.clone();
        return;
      }
      for (int i = 0; i < more.length; i++) {
        statistics[i] += more[i];
      }
    }

    /** By name, not weighted. */
    Map<String, Double> losses() {
      return losses;
    }

    /** The weighted sum. */
    double total() {
      return total;
    }

    /** Images that took part. */
    long images() {
      return images;
    }

    /** Why others did not. */
    List<String> lost() {
      return lost;
    }

    /** Why the step can't be taken, if it can't. */
    Optional<String> failure() {
      return failure.isEmpty() ? Optional.empty() : Optional.of(failure);
    }

    /** What live BatchNorms found, the mean over the images. */
    float[] statistics() {
      float[] mean = new float[statistics.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (statistics[i] / Math.max(1, images));
      }
      return mean;
    }
  }

  /**
   * With nothing in it yet.
   *
   * @param values zeros, one for each parameter
   */
  GradientSum(double[] values) {
    this.values = values;
  }

  /** Adds what is said of a batch whose gradient is among the values. */
  void add(BatchLosses batch, int images) {
    batch.losses().forEach((name, value) -> report.losses.merge(name, value, Double::sum));
    double[] statistics = new double[batch.statistics().length];
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] = (double) batch.statistics()[i] * images;
    }
    report.addStatistics(statistics);
    report.total += batch.total();
    report.images += images;
  }

  /** Notes an image that could not be used, and why. */
  void addLost(String why) {
    report.lost.add(why);
  }

  /** Notes why the step can't be taken. */
  void fail(String why) {
    report.failure = why;
  }

  /** The gradient, which batches are added to. */
  double[] values() {
    return values;
  }

  /** The rest. */
  Report report() {
    return report;
  }
}
