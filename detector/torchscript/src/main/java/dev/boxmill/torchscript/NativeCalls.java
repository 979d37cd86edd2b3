package dev.boxmill.torchscript;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The calls into PyTorch that run now. When the program ends by a signal, it waits for them and
 * lets no other begin: PyTorch frees its tables as it is unloaded, and a thread that still computes
 * would end the program with a crash report instead of the signal's code.
 */
final class NativeCalls {

  /** A call that takes longer is left to its fate: an end must come. */
  private static final int SECONDS = 20;

  private static final ReadWriteLock CALLS = new ReentrantReadWriteLock();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(NativeCalls::waitForAll, "end-native-calls"));
  }

  private NativeCalls() {}

  static <T> T run(Supplier<T> call) {
    CALLS.readLock().lock();
    try {
      return call.get();
    } finally {
      CALLS.readLock().unlock();
    }
  }

  /** The lock is never given back. */
  private static void waitForAll() {
    try {
      if (!CALLS.writeLock().tryLock(SECONDS, TimeUnit.SECONDS)) {
        System.err.println("A call into PyTorch still runs after " + SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
