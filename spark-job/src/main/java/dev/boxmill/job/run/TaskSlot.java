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

  private TaskSlot() {}

  /** The devices and cores of a task; called on its executor. */
  public static ExecutorSlot of(TaskContext task, Configuration hadoop) {
    ResourceInformation gpu = task.resourcesJMap().get("gpu");
    List<String> addresses = gpu == null ? List.of() : Arrays.asList(gpu.addresses());
    int cores = Math.max(1, task.cpus());
    int executorCores =
        ExecutorCores.of(SparkEnv.get().conf(), Runtime.getRuntime().availableProcessors());
    int concurrentTasks = Math.max(1, executorCores / cores);
    return new ExecutorSlot(addresses, cores, concurrentTasks, hadoop);
  }
}
