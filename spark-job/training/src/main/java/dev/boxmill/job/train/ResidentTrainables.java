package dev.boxmill.job.train;

import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.torchscript.Device;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * The networks in training of an executor's JVM: on the CPU one for each task that runs at once, on
 * a GPU one. They stay for the next step; another training's are freed.
 */
final class ResidentTrainables {

  private record Key(String training, Device device) {}

  private static final Map<Key, ResidentTrainables> RESIDENT = new HashMap<>();

  private final Semaphore permits;
  private final Deque<ResidentTrainable> idle = new ArrayDeque<>();
  private boolean dropped;

  private ResidentTrainables(int most) {
    this.permits = new Semaphore(most, true);
  }

  /** Lends one to a task. */
  static <T> T lend(
      TrainedDetector detector, ExecutorSlot slot, Function<ResidentTrainable, T> use) {
    ResidentDetector.useThreads(slot);
    ResidentTrainables pool = pool(new Key(detector.training(), slot.device()), slot);
    pool.permits.acquireUninterruptibly();
    try {
      ResidentTrainable resident = pool.take(detector, slot);
      try {
        return use.apply(resident);
      } finally {
        pool.putBack(resident);
      }
    } finally {
      pool.permits.release();
    }
  }

  private static ResidentTrainables pool(Key key, ExecutorSlot slot) {
    synchronized (RESIDENT) {
      RESIDENT
          .entrySet()
          .removeIf(
              other -> {
                boolean another =
                    other.getKey().device().equals(key.device()) && !other.getKey().equals(key);
                if (another) {
                  other.getValue().drop();
                }
                return another;
              });
      boolean cpu = key.device().kind() == Device.Kind.CPU;
      return RESIDENT.computeIfAbsent(
          key, absent -> new ResidentTrainables(cpu ? slot.concurrentTasks() : 1));
    }
  }

  /** Frees the networks of a training that has ended, in this JVM. */
  static void free(String training) {
    synchronized (RESIDENT) {
      RESIDENT
          .entrySet()
          .removeIf(
              pool -> {
                boolean ended = pool.getKey().training().equals(training);
                if (ended) {
                  pool.getValue().drop();
                }
                return ended;
              });
    }
  }

  private ResidentTrainable take(TrainedDetector detector, ExecutorSlot slot) {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return ResidentTrainable.load(detector, slot);
  }

  private void putBack(ResidentTrainable resident) {
    synchronized (idle) {
      if (!dropped) {
        idle.push(resident);
        return;
      }
    }
    resident.close();
  }

  private void drop() {
    synchronized (idle) {
      dropped = true;
      idle.forEach(ResidentTrainable::close);
      idle.clear();
    }
  }
}
