package dev.boxmill.job.session;

import java.util.Iterator;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Prepares inputs on other threads ahead of their use, in order of completion. The inputs
 * themselves are pulled on the caller's thread, for a task's iterator belongs to its thread.
 */
final class ReadAhead<I, O> {
  private final Iterator<I> inputs;
  private final Function<I, O> work;
  private final CompletionService<O> threads;
  private int pending;

  ReadAhead(Iterator<I> inputs, Function<I, O> work, Executor threads) {
    this.inputs = inputs;
    this.work = work;
    this.threads = new ExecutorCompletionService<>(threads);
  }

  /** Starts inputs until that many are pending or none is left. */
  void start(int most) {
    while (pending < most && inputs.hasNext()) {
      I input = inputs.next();
      threads.submit(() -> work.apply(input));
      pending++;
    }
  }

  /** How many were started and not yet taken. */
  int pending() {
    return pending;
  }

  /** Whether {@link #take} has something to give, now or later, after a {@link #start}. */
  boolean hasMore() {
    return pending > 0 || inputs.hasNext();
  }

  /**
   * The next finished one; waits for it.
   *
   * @throws IllegalStateException if the work threw, with its cause
   */
  O take() throws InterruptedException {
    Future<O> done = threads.take();
    pending--;
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot prepare an image: " + e.getCause(), e.getCause());
    }
  }

  /**
   * Waits for all that is pending and gives it away, also on an interrupted thread: what a killed
   * task read ahead holds native memory.
   */
  void discard(Consumer<O> discarded) {
    boolean interrupted = false;
    while (pending > 0) {
      try {
        discarded.accept(take());
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (IllegalStateException failed) {
        // Failed work made nothing to free.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
