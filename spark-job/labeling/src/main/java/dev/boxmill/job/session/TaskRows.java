package dev.boxmill.job.session;

import dev.boxmill.schemas.LabelRow;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Rows of one task, from whichever task computes the batch that a picture of it is in. */
final class TaskRows {

  /**
   * What became of a picture.
   *
   * @param row of its image; empty while other tiles of it are open
   */
  record Settled(Optional<LabelRow> row) {}

  /** That, or why there is nothing. */
  private record Outcome(Settled settled, Throwable fault) {}

  private final BlockingQueue<Outcome> made = new LinkedBlockingQueue<>();

  /** Called once for each picture. */
  void put(Optional<LabelRow> row) {
    made.add(new Outcome(new Settled(row), null));
  }

  /** Ends the task: no image may be blamed. */
  void fail(Throwable fault) {
    made.add(new Outcome(null, fault));
  }

  /**
   * A settled picture, if there is one.
   *
   * @throws IllegalStateException if the computing of a batch failed
   */
  Optional<Settled> poll() {
    return Optional.ofNullable(made.poll()).map(TaskRows::settled);
  }

  /**
   * The next settled picture; waits for it.
   *
   * @throws IllegalStateException if the computing of a batch failed
   */
  Settled take() throws InterruptedException {
    return settled(made.take());
  }

  private static Settled settled(Outcome outcome) {
    if (outcome.fault() != null) {
      throw new IllegalStateException(DeviceFaults.message(outcome.fault()), outcome.fault());
    }
    return outcome.settled();
  }
}
