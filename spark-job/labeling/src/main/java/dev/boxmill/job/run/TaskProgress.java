package dev.boxmill.job.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.collection.Iterator;

/**
 * Follows the counters of running tasks, which Spark reports with every heartbeat, and of finished
 * ones. A task that fails takes its counts back.
 */
final class TaskProgress extends SparkListener {

  private final Map<Long, Progress> running = new HashMap<>();
  private final Set<Long> started = new HashSet<>();
  private Progress finished = Progress.NONE;

  /** Sum over all tasks so far. */
  synchronized Progress now() {
    return running.values().stream().reduce(finished, Progress::plus);
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
    heartbeat
        .accumUpdates()
        .foreach(
            update -> {
              Progress progress = progress(update._4().iterator());
              if (!progress.equals(Progress.NONE)) {
                running.put((Long) update._1(), progress);
              }
              return null;
            });
  }

  /** Waits until no task of this application runs, but not for ever. */
  synchronized void awaitIdle(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!started.isEmpty() && System.nanoTime() < deadline) {
        wait(100);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    started.add(start.taskInfo().taskId());
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    started.remove(end.taskInfo().taskId());
    notifyAll();
    running.remove(end.taskInfo().taskId());
    if (end.reason() == Success$.MODULE$) {
      finished = finished.plus(progress(end.taskInfo().accumulables().iterator()));
    }
  }

  private static Progress progress(Iterator<AccumulableInfo> accumulables) {
    long rows = 0;
    long failures = 0;
    while (accumulables.hasNext()) {
      AccumulableInfo info = accumulables.next();
      String name = info.name().isDefined() ? info.name().get() : "";
      if (name.equals(Counters.ROWS)) {
        rows += update(info);
      } else if (name.equals(Counters.FAILURES)) {
        failures += update(info);
      }
    }
    return new Progress(rows, failures);
  }

  private static long update(AccumulableInfo info) {
    return info.update().isDefined() && info.update().get() instanceof Long count ? count : 0;
  }
}
