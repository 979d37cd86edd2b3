package dev.boxmill.job.session;

import java.io.Serializable;

/** A labeler whose settings were checked on the driver; what Spark sends to executors. */
public interface PreparedLabeler extends Serializable {

  /** The detector, for the column {@code model}. */
  String model();

  /** The refiners with their settings, in order, for the column {@code refiners}. */
  String refiners();

  /** Hash of all that decides a row's labels, for the column {@code fingerprint}. */
  String fingerprint();

  /** Called on an executor, once per task; expensive parts are shared by the tasks of a JVM. */
  ImageLabeler open(ExecutorSlot slot);
}
