package dev.boxmill.job.session;

import dev.boxmill.schemas.LabelRow;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Rows of one task, from whichever task computes the batch that an image of it is in. */
final class TaskRows {

  /** A row, or why there is none. */
  private record Outcome(LabelRow row, Throwable fault) {}

  private final BlockingQueue<Outcome> made = new LinkedBlockingQueue<>();

  void put(LabelRow row) {
    made.add(new Outcome(row, null));
  }

  /** Ends the task: no image may be blamed. */
  void fail(Throwable fault) {
    made.add(new Outcome(null, fault));
  }

  /**
   * A row, if one is there.
   *
   * @throws IllegalStateException if the computing of a batch failed
   */
  Optional<LabelRow> poll() {
    return Optional.ofNullable(made.poll()).map(TaskRows::row);
  }

  /**
   * The next row; waits for it.
   *
   * @throws IllegalStateException if the computing of a batch failed
   */
  LabelRow take() throws InterruptedException {
    return row(made.take());
  }

  private static LabelRow row(Outcome outcome) {
    if (outcome.fault() != null) {
      throw new IllegalStateException(DeviceFaults.message(outcome.fault()), outcome.fault());
    }
    return outcome.row();
  }
}
