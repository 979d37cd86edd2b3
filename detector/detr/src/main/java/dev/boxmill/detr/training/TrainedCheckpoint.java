package dev.boxmill.detr.training;

import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.util.Map;

/**
 * The tensors of the checkpoint that a training writes: those that are trained out of the row of
 * parameters, the others as it began with them. Loads nothing native.
 */
public final class TrainedCheckpoint {
  private final ParameterLayout layout;
  private final FixedTensors fixed;
  private final Statistics statistics;

  private TrainedCheckpoint(ParameterLayout layout, FixedTensors fixed, Statistics statistics) {
    this.layout = layout;
    this.fixed = fixed;
    this.statistics = statistics;
  }

  /** Copies what is not trained; a checkpoint's files may be closed behind that. */
  public static TrainedCheckpoint of(StartingPoint start, ParameterLayout layout) {
    return new TrainedCheckpoint(
        layout,
        new FixedTensors(layout.frozen(), start.weights(), start.names()),
        new Statistics(start.network(), layout.frozen()));
  }

  Statistics statistics() {
    return statistics;
  }

  /**
   * All tensors that the network reads, trained and frozen, under each of their names in the
   * checkpoint.
   *
   * @param row of all parameters, which the tensors are views of
   */
  public Map<String, Weight> tensors(float[] row) {
    Map<String, Weight> tensors = fixed.byName();
    for (Parameter parameter : layout.parameters()) {
      Weight view = new RowWeight(parameter.shape(), row, parameter.first());
      parameter.copies().forEach(name -> tensors.put(name, view));
    }
    return tensors;
  }

  /** Running means and variances of live BatchNorms, a copy; empty where none are live. */
  public float[] runningStatistics() {
    return statistics.read(fixed);
  }

  /** Replaces the running means and variances. */
  public void writeStatistics(float[] running) {
    statistics.write(running, fixed);
  }

  /**
   * The running means and variances behind a step, a tenth of the way to the step's own.
   *
   * @param ofStep the mean of its batches' {@link LossGradient#statistics}, weighted by images
   */
  public static float[] followed(float[] running, float[] ofStep) {
    return Statistics.followed(running, ofStep);
  }
}
