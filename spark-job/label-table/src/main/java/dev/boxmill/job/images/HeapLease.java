package dev.boxmill.job.images;

import java.io.Closeable;
import java.io.InterruptedIOException;

/**
 * Leave to hold many bytes for a while, as a row group of a table does: half of Java's heap is lent
 * at once. Who asks for more than is free waits until others give back; who asks for more than all
 * is refused at once, before any of it is read.
 */
public final class HeapLease implements Closeable {

  /** Less needs no leave. */
  static final long SMALL_BYTES = 64L << 20;

  private static final Object LENT = new Object();
  private static long lent;

  private final long length;
  private boolean closed;

  private HeapLease(long length) {
    this.length = length;
  }

  /**
   * Waits for it.
   *
   * @throws NoRoomException if the heap is too small for that ever
   */
  public static HeapLease of(long bytes) throws NoRoomException, InterruptedIOException {
    return of(bytes, Runtime.getRuntime().maxMemory() / 2);
  }

  static HeapLease of(long bytes, long most) throws NoRoomException, InterruptedIOException {
    if (bytes <= SMALL_BYTES) {
      return new HeapLease(0);
    }
    if (bytes > most) {
      throw new NoRoomException(
          bytes
              + " bytes at once do not fit into memory: they may take "
              + most
              + ", half of Java's heap (give it more with BOXMILL_MEMORY or spark.executor.memory,"
              + " then --retry-failed, or write the table in smaller row groups)");
    }
    take(bytes, most);
    return new HeapLease(bytes);
  }

  private static void take(long bytes, long most) throws InterruptedIOException {
    synchronized (LENT) {
      try {
        while (lent + bytes > most) {
          LENT.wait();
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the task was stopped");
      }
      lent += bytes;
    }
  }

  @Override
  public void close() {
    synchronized (LENT) {
      if (!closed) {
        closed = true;
        lent -= length;
        LENT.notifyAll();
      }
    }
  }
}
