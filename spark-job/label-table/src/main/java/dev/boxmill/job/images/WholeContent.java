package dev.boxmill.job.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads all of an image into memory. Memory for a large one is taken only once its start is there,
 * for a length in a damaged header may be a lie, and only as {@link HeapRoom} allows.
 */
public final class WholeContent {

  /** Up to here an image is small. */
  static final int SMALL_BYTES = 8 << 20;

  private static final int GROWTH = 4;

  private WholeContent() {}

  /**
   * That many bytes, or fewer if the stream ends before.
   *
   * @throws NoRoomException if the heap has no room for them
   */
  static byte[] read(InputStream stream, int length) throws IOException {
    byte[] start = stream.readNBytes(Math.min(length, SMALL_BYTES));
    return start.length == length || start.length < SMALL_BYTES
        ? start
        : continued(start, stream, length);
  }

  /** All up to the stream's end, or that many bytes. */
  static byte[] readUpTo(InputStream stream, int most) throws IOException {
    int asked = Math.min(SMALL_BYTES, most);
    byte[] bytes = stream.readNBytes(asked);
    while (bytes.length == asked && asked < most) {
      asked = (int) Math.min((long) asked * GROWTH, most);
      bytes = continued(bytes, stream, asked);
    }
    return bytes;
  }

  /**
   * A copy of bytes that lie in memory among others.
   *
   * @throws NoRoomException if the heap has no room for it
   */
  public static byte[] copy(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    byte[] copy = length > SMALL_BYTES ? HeapRoom.JVM.array(length) : new byte[length];
    bytes.get(copy);
    return copy;
  }

  private static byte[] continued(byte[] start, InputStream stream, int length) throws IOException {
    byte[] whole = HeapRoom.JVM.array(length);
    System.arraycopy(start, 0, whole, 0, start.length);
    int read = start.length + stream.readNBytes(whole, start.length, length - start.length);
    return read == length ? whole : Arrays.copyOf(whole, read);
  }
}
