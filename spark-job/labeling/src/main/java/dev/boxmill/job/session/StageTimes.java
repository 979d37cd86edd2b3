package dev.boxmill.job.session;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How long each stage of a task took; several threads may add to it. */
public final class StageTimes {
  private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);

  public StageTimes() {
    for (Stage stage : Stage.values()) {
      nanos.put(stage, new LongAdder());
    }
  }

  /** Something that takes time. */
  interface Work<T, E extends Exception> {
    T done() throws E;
  }

  /** Does it and adds its time to the stage, also when it fails. */
  <T, E extends Exception> T time(Stage stage, Work<T, E> work) throws E {
    long start = System.nanoTime();
    try {
      return work.done();
    } finally {
      addSince(stage, start);
    }
  }

  /**
   * Adds what has passed.
   *
   * @param start of {@link System#nanoTime}
   */
  public void addSince(Stage stage, long start) {
    nanos.get(stage).add(System.nanoTime() - start);
  }

  public long microseconds(Stage stage) {
    return nanos.get(stage).sum() / 1000;
  }
}
