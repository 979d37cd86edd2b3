package dev.boxmill.job.session;

import dev.boxmill.detr.image.UnreadableImageException;
import dev.boxmill.schemas.ImageSize;
import java.util.concurrent.Semaphore;

/**
 * Bounds the memory for images at full size, whatever their sizes: so many pixels are decoded at
 * once in an executor, and images that don't fit beside others wait for their turn.
 */
final class DecodingRoom {
  private static final int PIXELS_PER_PERMIT = 1024;

  private final int permits;
  private final Semaphore free;

  /** What needs room. */
  interface Decoding<T> {
    T run() throws UnreadableImageException;
  }

  /**
   * An empty room.
   *
   * @param pixels that are decoded at once; a larger image has all of the room
   */
  DecodingRoom(long pixels) {
    this.permits = permits(pixels);
    this.free = new Semaphore(permits, true);
  }

  /** Decodes an image of that size once there is room for it. */
  <T> T decode(ImageSize size, Decoding<T> decoding) throws UnreadableImageException {
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
