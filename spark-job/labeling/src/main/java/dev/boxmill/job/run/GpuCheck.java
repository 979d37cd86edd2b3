package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.torchscript.TorchLibrary;
import dev.boxmill.torchscript.TorchScriptException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Whether the GPUs that Spark gives to tasks can be computed on. */
final class GpuCheck {

  private static final String GPUS_OF_A_TASK = "spark.task.resource.gpu.amount";

  private GpuCheck() {}

  /**
   * Asks as many tasks as run at once; none where tasks get no GPUs.
   *
   * @throws BadInputException if any of them can't compute on its GPU, with the remedy
   */
  static void refuseUnusable(JavaSparkContext spark) {
    if (spark.getConf().getDouble(GPUS_OF_A_TASK, 0) == 0) {
      return;
    }
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(spark);
    int tasks = spark.defaultParallelism();
    Optional<String> complaint =
        spark
            .parallelize(Collections.nCopies(tasks, 0), tasks)
            .flatMap(nothing -> complaints(hadoop).iterator())
            .collect()
            .stream()
            .findFirst();
    if (complaint.isPresent()) {
      throw new BadInputException(complaint.get());
    }
  }

  private static List<String> complaints(Broadcast<SerializableConfiguration> hadoop) {
    try {
      TorchLibrary.requireUsable(TaskSlot.of(TaskContext.get(), hadoop.value().value()).device());
      return List.of();
    } catch (TorchScriptException | IllegalArgumentException unusable) {
      return List.of(unusable.getMessage());
    }
  }
}
