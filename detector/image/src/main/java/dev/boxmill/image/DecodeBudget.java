package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.util.concurrent.Semaphore;

/**
 * Bounds the memory for images at full size, whatever their sizes: so many pixels are decoded at
 * once in a JVM, and images that don't fit beside others wait for their turn.
 */
public final class DecodeBudget {
  private static final int PIXELS_PER_PERMIT = 1024;

  private final int permits;
  private final Semaphore free;

  /** What takes part of the budget. */
  public interface Decoding<T> {

    /** Decodes. */
    T run() throws UnreadableImageException;
  }

  /**
   * A budget that nothing has taken of.
   *
   * @param pixels that are decoded at once; a larger image takes all of it
   */
  public DecodeBudget(long pixels) {
    this.permits = permits(pixels);
    this.free = new Semaphore(permits, true);
  }

  /** Decodes an image of that size once the budget allows. */
  public <T> T decode(ImageSize size, Decoding<T> decoding) throws UnreadableImageException {
    int taken = Math.min(permits, permits((long) size.width() * size.height()));
    free.acquireUninterruptibly(taken);
    try {
      return decoding.run();
    } finally {
      free.release(taken);
    }
  }

  private static int permits(long pixels) {
    return Math.toIntExact(1 + pixels / PIXELS_PER_PERMIT);
  }
}
