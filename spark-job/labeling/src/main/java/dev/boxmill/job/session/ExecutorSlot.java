package dev.boxmill.job.session;

import dev.boxmill.torchscript.Device;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * What Spark gives a task.
 *
 * @param gpuAddresses device indexes as Spark's resource {@code gpu} names them; empty on a CPU
 * @param cores CPU cores that the task may use ({@code spark.task.cpus})
 * @param concurrentTasks how many tasks run in this executor at once
 * @param batchImages images of one exact shape that go through the network together; those of tasks
 *     that share a device are put together
 * @param hadoop settings of the filesystems, as on the driver
 */
public record ExecutorSlot(
    List<String> gpuAddresses,
    int cores,
    int concurrentTasks,
    int batchImages,
    Configuration hadoop) {

  public ExecutorSlot {
    gpuAddresses = List.copyOf(gpuAddresses);
    if (batchImages < 1) {
      throw new IllegalArgumentException(
          "Invalid batch: " + batchImages + " images (must be at least 1)");
    }
  }

  /**
   * Where the task computes: on the first of its GPUs, else on the CPU.
   *
   * @throws IllegalArgumentException if the GPU's address is no index
   */
  public Device device() {
    if (gpuAddresses.isEmpty()) {
      return Device.cpu();
    }
    String address = gpuAddresses.get(0);
    try {
      return Device.cuda(Integer.parseInt(address));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Invalid GPU address: "
              + address
              + " (must be a device index: see spark.executor.resource.gpu.discoveryScript)",
          e);
    }
  }
}
