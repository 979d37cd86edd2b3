package dev.boxmill.job.storage;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Takes the driver's filesystem settings to the executors. */
public final class HadoopSettings {

  private HadoopSettings() {}

  public static Broadcast<SerializableConfiguration> broadcast(JavaSparkContext context) {
    return context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
  }
}
