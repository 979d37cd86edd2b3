package dev.boxmill.job.preflight;

import org.apache.spark.status.api.v1.ExecutorSummary;

/**
 * A JVM that Spark runs tasks in.
 *
 * @param id Spark's; {@code driver} for the driver's own, where tasks run if Spark is local
 * @param host where it runs
 */
record Executor(String id, String host) {

  private static final String DRIVER_ID = "driver";

  static Executor of(ExecutorSummary summary) {
    String address = summary.hostPort();
    int port = address.lastIndexOf(':');
    return new Executor(summary.id(), port < 0 ? address : address.substring(0, port));
  }

  boolean isDriver() {
    return id.equals(DRIVER_ID);
  }

  /** How Spark writes that a task should run in it. */
  String location() {
    return "executor_" + host + "_" + id;
  }

  /** For people. */
  String name() {
    return isDriver() ? host : host + " (executor " + id + ")";
  }
}
