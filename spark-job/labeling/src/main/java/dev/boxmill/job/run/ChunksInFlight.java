package dev.boxmill.job.run;

import dev.boxmill.job.manifest.Chunk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;

/**
 * Works on a few chunks at once, each a Spark job of its own: at the end of one, when its last
 * tasks run and its rows are gathered, the tasks of the next keep the slots busy. Spark serves jobs
 * in order, so that the first chunk is not delayed by the second.
 *
 * <p>A chunk that fails does not keep the others from being labelled, but after some failures
 * nothing new is begun: then the fault is not the chunk's.
 */
final class ChunksInFlight {

  private static final int FEWEST = 2;
  private static final int MOST_FAILURES = 3;

  private final int slots;
  private final ToIntFunction<Chunk> sizes;
  private final Work work;
  private final List<Throwable> failures = new ArrayList<>();
  private int chunks;
  private int tasks;
  private long images;

  /** Labels and commits a chunk. */
  interface Work {

    /**
     * Called on a thread of its own.
     *
     * @return images that were labelled
     */
    long on(Chunk chunk) throws IOException;
  }

  /** What became of a chunk. */
  private record Done(int tasks, long images, Throwable failure) {}

  /**
   * @param slots tasks that run at once
   * @param sizes how many tasks a chunk makes
   */
  ChunksInFlight(int slots, ToIntFunction<Chunk> sizes, Work work) {
    this.slots = slots;
    this.sizes = sizes;
    this.work = work;
  }

  /**
   * Works on all of them.
   *
   * @return images that were labelled
   * @throws IOException or another failure of the first chunk that failed; the others are committed
   */
  long run(Iterator<Chunk> waiting) throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool(ChunksInFlight::thread);
    CompletionService<Done> done = new ExecutorCompletionService<>(threads);
    try {
      while (chunks > 0 || mayBegin(waiting)) {
        while (mayBegin(waiting) && hasRoom()) {
          begin(waiting.next(), done);
        }
        end(done.take().get());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("The run was stopped", stopped);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } finally {
      threads.shutdownNow();
    }
    throwFirstFailure();
    return images;
  }

  private boolean mayBegin(Iterator<Chunk> waiting) {
    return failures.size() < MOST_FAILURES && waiting.hasNext();
  }

  private boolean hasRoom() {
    return chunks < FEWEST || tasks < 2 * slots;
  }

  private void begin(Chunk chunk, CompletionService<Done> done) {
    int size = sizes.applyAsInt(chunk);
    chunks++;
    tasks += size;
    done.submit(
        () -> {
          try {
            return new Done(size, work.on(chunk), null);
          } catch (Exception | Error failure) {
            return new Done(size, 0, failure);
          }
        });
  }

  private void end(Done done) {
    chunks--;
    tasks -= done.tasks();
    images += done.images();
    if (done.failure() != null) {
      failures.add(done.failure());
    }
  }

  private void throwFirstFailure() throws IOException {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.get(0);
    failures.stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
    if (first instanceof IOException failure) {
      throw failure;
    }
    if (first instanceof Error fatal) {
      throw fatal;
    }
    if (first instanceof RuntimeException failure) {
      throw failure;
    }
    // Spark throws checked exceptions that it does not declare.
    throw new IOException(first);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "boxmill-chunk");
    thread.setDaemon(true);
    return thread;
  }
}
