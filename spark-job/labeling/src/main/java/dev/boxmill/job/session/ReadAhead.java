package dev.boxmill.job.session;

import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Prepares inputs on other threads ahead of their use, in order of completion. The inputs
 * themselves are pulled on the caller's thread, for a task's iterator belongs to its thread.
 */
final class ReadAhead<I, O> {

  /** What a thread does with an input. */
  @FunctionalInterface
  interface Work<I, O> {

    /**
     * Prepares an input.
     *
     * @param out takes what it becomes, at least one thing; waits while too many wait to be taken
     */
    void prepare(I input, Consumer<O> out);
  }

  /** Something prepared, or why there is nothing more of an input. */
  private record Prepared<O>(O value, Throwable fault, boolean isLast) {}

  private final Iterator<I> inputs;
  private final Work<I, O> work;
  private final Executor threads;
  private final Semaphore room;
  private final BlockingQueue<Prepared<O>> done = new LinkedBlockingQueue<>();
  private int pending;

  /**
   * Work that has not begun.
   *
   * @param room how many prepared things may wait to be taken
   */
  ReadAhead(Iterator<I> inputs, Work<I, O> work, Executor threads, int room) {
    this.inputs = inputs;
    this.work = work;
    this.threads = threads;
    this.room = new Semaphore(room);
  }

  /** Starts inputs until that many are pending or none is left. */
  void start(int most) {
    while (pending < most && inputs.hasNext()) {
      I input = inputs.next();
      threads.execute(() -> prepare(input));
      pending++;
    }
  }

  private void prepare(I input) {
    OneBehind out = new OneBehind();
    try {
      work.prepare(input, out);
      out.end();
    } catch (Throwable fault) {
      out.fail(fault);
    }
  }

  /** Gives on what it takes once it knows whether more follows. */
  private final class OneBehind implements Consumer<O> {
    private O held;

    @Override
    public void accept(O value) {
      giveHeld(false);
      held = value;
    }

    void end() {
      if (held == null) {
        throw new IllegalStateException("An input became nothing");
      }
      giveHeld(true);
    }

    void fail(Throwable fault) {
      giveHeld(false);
      give(new Prepared<>(null, fault, true));
    }

    private void giveHeld(boolean isLast) {
      if (held != null) {
        O value = held;
        held = null;
        give(new Prepared<>(value, null, isLast));
      }
    }

    private void give(Prepared<O> prepared) {
      room.acquireUninterruptibly();
      done.add(prepared);
    }
  }

  /** How many inputs were started of which something is not yet taken. */
  int pending() {
    return pending;
  }

  /** Whether {@link #take} has something to give, now or later, after a {@link #start}. */
  boolean hasMore() {
    return pending > 0 || inputs.hasNext();
  }

  /**
   * The next prepared thing; waits for it.
   *
   * @throws IllegalStateException if the work threw, with its cause
   */
  O take() throws InterruptedException {
    Prepared<O> next = done.take();
    room.release();
    if (next.isLast()) {
      pending--;
    }
    if (next.fault() != null) {
      throw new IllegalStateException("Cannot prepare an image: " + next.fault(), next.fault());
    }
    return next.value();
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
