package dev.boxmill.job.images;

import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of Java's heap that the bytes of large images may take, of all that are read at once.
 * What does not fit waits until others are dropped; small images need no leave.
 */
final class HeapRoom {

  /** Of this JVM: a third, for decoders and Spark need the rest. */
  static final HeapRoom JVM =
      new HeapRoom(Runtime.getRuntime().maxMemory() / 3, Duration.ofSeconds(60));

  private static final long PAUSE_MILLIS = 250;

  private final long most;
  private final Duration patience;
  private final List<Held> held = new ArrayList<>();

  private record Held(WeakReference<byte[]> bytes, long length) {

    boolean isDropped() {
      return bytes.refersTo(null);
    }
  }

  HeapRoom(long most, Duration patience) {
    this.most = most;
    this.patience = patience;
  }

  /**
   * Zeros, which count until nobody refers to them.
   *
   * @throws NoRoomException if they can never fit, or others are held for too long
   */
  byte[] array(int length) throws NoRoomException, InterruptedIOException {
    long end = System.nanoTime() + patience.toNanos();
    Optional<byte[]> array = offered(length);
    while (array.isEmpty()) {
      if (length > most || System.nanoTime() >= end) {
        throw noRoom(length);
      }
      pause();
      array = offered(length);
    }
    return array.get();
  }

  private synchronized Optional<byte[]> offered(int length) {
    if (taken() + length > most) {
      System.gc(); // what was dropped counts until it is collected
    }
    return taken() + length > most ? Optional.empty() : allocated(length);
  }

  private Optional<byte[]> allocated(int length) {
    try {
      byte[] array = new byte[length];
      held.add(new Held(new WeakReference<>(array), length));
      return Optional.of(array);
    } catch (OutOfMemoryError full) {
      return Optional.empty();
    }
  }

  private long taken() {
    held.removeIf(Held::isDropped);
    return held.stream().mapToLong(Held::length).sum();
  }

  private NoRoomException noRoom(int length) {
    return new NoRoomException(
        length
            + " bytes do not fit into memory: large images may take "
            + most
            + " bytes at once, a third of Java's heap (give it more with BOXMILL_MEMORY or"
            + " spark.executor.memory, then --retry-failed)");
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the task was stopped");
    }
  }
}
