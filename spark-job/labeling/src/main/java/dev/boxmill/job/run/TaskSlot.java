package dev.boxmill.job.run;

import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.torchscript.TorchLibrary;
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

  /** Spark's name of the driver where it runs tasks. */
  private static final String DRIVER = "driver";

  private TaskSlot() {}

  /** The devices and cores of a task; called on its executor. */
  public static ExecutorSlot of(TaskContext task, Configuration hadoop) {
    List<String> addresses = gpuAddresses(task);
    int cores = Math.max(1, task.cpus());
    int executorCores =
        ExecutorCores.of(SparkEnv.get().conf(), Runtime.getRuntime().availableProcessors());
    int concurrentTasks = Math.max(1, executorCores / cores);
    int batch = SparkEnv.get().conf().getInt(BATCH, addresses.isEmpty() ? CPU_BATCH : GPU_BATCH);
    return new ExecutorSlot(addresses, cores, concurrentTasks, batch, hadoop);
  }

  /** Spark gives no GPUs to tasks of a local run: those share the machine's. */
  private static List<String> gpuAddresses(TaskContext task) {
    ResourceInformation gpu = task.resourcesJMap().get("gpu");
    if (gpu != null) {
      return Arrays.asList(gpu.addresses());
    }
    int devices = isLocal() ? LocalGpus.COUNT : 0;
    return devices == 0 ? List.of() : List.of(String.valueOf(task.partitionId() % devices));
  }

  /** Whether tasks run in the driver's own process, as in a run on one machine. */
  static boolean isLocal() {
    return SparkEnv.get().executorId().equals(DRIVER);
  }

  /** Counted once, when the first task asks. */
  private static final class LocalGpus {
    static final int COUNT = TorchLibrary.cudaDevices();
  }
}
