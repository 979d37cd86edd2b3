package dev.boxmill.job.session;

import java.io.Serializable;
import java.util.Map;

/** A labeler whose settings were checked on the driver; what Spark sends to executors. */
public interface PreparedLabeler extends Serializable {

  /** The detector, for the column {@code model}. */
  String model();

  /** The refiners with their settings, in order, for the column {@code refiners}. */
  String refiners();

  /** Hash of {@link #settings}, for the column {@code fingerprint}. */
  String fingerprint();

  /** All that decides a row's labels, by the names that users know. */
  Map<String, String> settings();

  /**
   * Called on an executor, once per task; expensive parts are shared by the tasks of a JVM.
   *
   * @param times where the labeler tells what its time goes into
   */
  ImageLabeler open(ExecutorSlot slot, StageTimes times);
}
