package dev.boxmill.job.run;

import dev.boxmill.job.session.DeviceFaults;
import java.util.function.Supplier;

/** What becomes of a process whose device is lost: it ends, so that Spark starts another. */
public final class DeviceLoss {

  private DeviceLoss() {}

  /**
   * Spark ends an executor after an error of this kind, and runs its tasks again in another: see
   * {@code spark.executor.killOnFatalError.depth}.
   */
  private static final class ExecutorLost extends VirtualMachineError {
    private static final long serialVersionUID = 1;

    ExecutorLost(Throwable fault) {
      super(fault.getMessage(), fault);
    }
  }

  /**
   * Does a part of a task.
   *
   * @throws IllegalStateException if the device is lost and Spark is local: then the job ends
   */
  public static <T> T watched(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException fault) {
      if (!DeviceFaults.isLost(fault)) {
        throw fault;
      }
      if (TaskSlot.isLocal()) {
        throw new IllegalStateException(
            fault.getMessage() + " (the same command goes on where this one stopped)", fault);
      }
      throw new ExecutorLost(fault);
    }
  }
}
