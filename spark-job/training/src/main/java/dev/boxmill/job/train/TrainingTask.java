package dev.boxmill.job.train;

import dev.boxmill.job.run.DeviceLoss;
import dev.boxmill.job.run.TaskSlot;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.ResidentDetector;
import java.io.Serializable;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** What every task of a training gets: the detector, and the way to the images. */
record TrainingTask(FrozenDetector detector, Broadcast<SerializableConfiguration> settings)
    implements Serializable {

  Configuration hadoop() {
    return settings.value().value();
  }

  /** Lends the detector of the running task's device. */
  <T> T lend(Function<ResidentDetector, T> use) {
    return DeviceLoss.watched(() -> detector.lend(TaskSlot.of(TaskContext.get(), hadoop()), use));
  }
}
