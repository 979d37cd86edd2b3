package dev.boxmill.job.train;

import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.job.train.GradientSum.Report;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Where the parameters of a training lie, and how gradients get there. */
interface ParameterStore extends AutoCloseable {

  /**
   * Computes a step's gradient and keeps it beside the parameters.
   *
   * @param groups the step's images
   * @param totals of all of them
   */
  Report gradient(List<DetectorGroup> groups, StepTotals totals);

  /** The L2 norm of that gradient. */
  double norm();

  /** Takes the step that the gradient asks for. */
  void step(ParameterSlice.Move move);

  /** How many files a saved state has. */
  int slices();

  /**
   * Writes the state.
   *
   * @param names of the state's files, as many as there are slices
   */
  void save(TrainingFolder folder, List<String> names) throws IOException;

  /**
   * Replaces the state by a saved one.
   *
   * @param names of the state's files
   */
  void load(TrainingFolder folder, List<String> names) throws IOException;

  /**
   * Writes the average of the parameters as a detector.
   *
   * @param target URI of the folder
   * @param statistics running means and variances of live BatchNorms
   */
  void write(
      DetectorDirectory directory, String target, float[] statistics, Map<String, String> metadata)
      throws IOException;

  @Override
  void close();
}
