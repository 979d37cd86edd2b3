package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What {@code --precision auto} stands for on the executors of an application. A driver may have
 * another CPU than they, or no GPU.
 */
public final class ExecutorPrecision {

  private ExecutorPrecision() {}

  /**
   * The one that all executors choose.
   *
   * @throws BadInputException if they choose differently
   */
  public static Precision agreed(JavaSparkContext spark) {
    return agreed(found(spark));
  }

  static Precision agreed(Set<Precision> found) {
    if (found.size() > 1) {
      throw new BadInputException(
          "Cannot label alike everywhere: executors compute in "
              + found.stream().map(Precision::optionValue).collect(Collectors.joining(" and "))
              + " (name one with --precision)");
    }
    return found.iterator().next();
  }

  /** Those that executors choose; asked in as many tasks as run at once. */
  public static Set<Precision> found(JavaSparkContext spark) {
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(spark);
    int tasks = spark.defaultParallelism();
    return new TreeSet<>(
        spark
            .parallelize(Collections.nCopies(tasks, 0), tasks)
            .map(task -> here(hadoop))
            .collect());
  }

  private static Precision here(Broadcast<SerializableConfiguration> hadoop) {
    boolean gpu = !TaskSlot.of(TaskContext.get(), hadoop.value().value()).gpuAddresses().isEmpty();
    return Precision.AUTO.on(gpu ? Device.cuda(0) : Device.cpu());
  }
}
