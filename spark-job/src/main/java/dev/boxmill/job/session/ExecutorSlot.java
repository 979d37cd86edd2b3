package dev.boxmill.job.session;

import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * What Spark gives a task.
 *
 * @param gpuAddresses device indexes as Spark's resource {@code gpu} names them; empty on a CPU
 * @param cores CPU cores that the task may use ({@code spark.task.cpus})
 * @param concurrentTasks how many tasks run in this executor at once
 * @param hadoop settings of the filesystems, as on the driver
 */
public record ExecutorSlot(
    List<String> gpuAddresses, int cores, int concurrentTasks, Configuration hadoop) {

  public ExecutorSlot {
    gpuAddresses = List.copyOf(gpuAddresses);
  }
}
