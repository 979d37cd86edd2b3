package dev.boxmill.job.session;

import dev.boxmill.job.table.RunRecord;
import dev.boxmill.torchscript.Precision;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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
   * The same, computing in one precision wherever it runs: rows that the devices of a cluster
   * compute differently are not to be mixed.
   *
   * @param auto tells what {@code --precision auto} stands for; asked only if that was left open
   */
  default PreparedLabeler withAuto(Supplier<Precision> auto) {
    return this;
  }

  /** What a user should know before a run begins, a sentence each. */
  default List<String> notes() {
    return List.of();
  }

  /** What lies beside the labels of a run that began then. */
  default RunRecord record(Instant started) {
    return new RunRecord(started.toString(), model(), refiners(), fingerprint(), settings());
  }

  /**
   * Called on an executor, once per task; expensive parts are shared by the tasks of a JVM.
   *
   * @param times takes what the labeler's time goes into
   */
  ImageLabeler open(ExecutorSlot slot, StageTimes times);
}
