package dev.boxmill.job.train;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.detr.training.StartingPoint;
import dev.boxmill.detr.training.TrainedCheckpoint;
import dev.boxmill.job.run.DeviceLoss;
import dev.boxmill.job.run.TaskSlot;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.torchscript.Weight;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** What every task of a detector's training gets: how it began, and the way to the images. */
record DetectorTask(TrainedDetector detector, Broadcast<SerializableConfiguration> settings)
    implements Serializable {

  /** Shares groups out evenly; there are fewer shares where there are fewer groups. */
  static List<List<DetectorGroup>> shares(List<DetectorGroup> groups, int most) {
    int count = Math.max(1, Math.min(most, groups.size()));
    List<List<DetectorGroup>> shares = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shares.add(
          new ArrayList<>(
              groups.subList(groups.size() * i / count, groups.size() * (i + 1) / count)));
    }
    return shares;
  }

  /** Of trainings in this JVM, by their names. */
  private static final Map<String, ParameterLayout> LAYOUTS = new ConcurrentHashMap<>();

  /** Which tensors are trained; on an executor, looked up once. */
  ParameterLayout layout() {
    return LAYOUTS.computeIfAbsent(
        detector.training(),
        training -> {
          try (DetectorFiles files = detector.open(hadoop())) {
            return ParameterLayout.of(detector.start(files));
          }
        });
  }

  /** Frees what this JVM holds of the training. */
  void free() {
    LAYOUTS.remove(detector.training());
    ResidentTrainables.free(detector.training());
  }

  /** All parameters as the training begins. */
  float[] firstRow() {
    try (DetectorFiles files = detector.open(hadoop())) {
      return layout().read(detector.start(files).weights());
    }
  }

  Configuration hadoop() {
    return settings.value().value();
  }

  /**
   * The gradient of some of a step's groups, on the running task's device.
   *
   * @param zeros one for each parameter, where it is summed up
   */
  GradientSum gradient(float[] row, List<DetectorGroup> groups, StepTotals totals, double[] zeros) {
    ExecutorSlot slot = TaskSlot.of(TaskContext.get(), hadoop());
    return DeviceLoss.watched(
        () ->
            ResidentTrainables.lend(
                detector,
                slot,
                resident -> resident.gradient(row, groups, totals, hadoop(), zeros)));
  }

  /**
   * The tensors of the detector that a row of parameters makes, views of the row.
   *
   * @param statistics running means and variances of live BatchNorms
   */
  Map<String, Weight> tensors(float[] row, float[] statistics, Configuration hadoop) {
    try (DetectorFiles files = detector.open(hadoop)) {
      StartingPoint start = detector.start(files);
      TrainedCheckpoint checkpoint = TrainedCheckpoint.of(start, ParameterLayout.of(start));
      checkpoint.writeStatistics(statistics);
      return checkpoint.tensors(row);
    }
  }
}
