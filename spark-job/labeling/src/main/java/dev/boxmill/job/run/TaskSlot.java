package dev.boxmill.job.run;

import dev.boxmill.job.session.ExecutorSlot;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** What Spark gave the task that asks. */
public final class TaskSlot {

  /** Spark's setting of the images that go through a network together. */
  static final String BATCH = "spark.boxmill.batchImages";

  /** A core is busy with one image, whose maps then fit its cache. */
  private static final int CPU_BATCH = 1;

  private static final int GPU_BATCH = 16;

  private TaskSlot() {}

  /** The devices and cores of a task; called on its executor. */
  public static ExecutorSlot of(TaskContext task, Configuration hadoop) {
    ResourceInformation gpu = task.resourcesJMap().get("gpu");
    List<String> addresses = gpu == null ? List.of() : Arrays.asList(gpu.addresses());
    int cores = Math.max(1, task.cpus());
    int executorCores =
        ExecutorCores.of(SparkEnv.get().conf(), Runtime.getRuntime().availableProcessors());
    int concurrentTasks = Math.max(1, executorCores / cores);
    int batch = SparkEnv.get().conf().getInt(BATCH, addresses.isEmpty() ? CPU_BATCH : GPU_BATCH);
    return new ExecutorSlot(addresses, cores, concurrentTasks, batch, hadoop);
  }
}
