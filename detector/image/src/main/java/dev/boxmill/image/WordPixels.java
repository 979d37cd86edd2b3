package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.IntPointer;

/** Leptonica's pixels: one word of 32 bits each, red in the highest byte, rows without a gap. */
final class WordPixels {
  private static final int BLOCK = 4096;
  private static final int RGB = 0xffffff;

  private WordPixels() {}

  /** To three bytes a pixel, by blocks that stay in the processor's cache. */
  static Picture pack(ImageSize size, IntPointer pixels) {
    long count = (long) size.width() * size.height();
    Picture picture = Picture.blank(size);
    IntBuffer words =
        pixels.capacity(count).asByteBuffer().order(ByteOrder.nativeOrder()).asIntBuffer();
    ByteBuffer rgb = picture.rgb().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    IntBuffer quarters = rgb.asIntBuffer();
    int[] block = new int[BLOCK];
    int[] packed = new int[BLOCK / 4 * 3];
    while (words.remaining() >= BLOCK) {
      words.get(block);
      pack(block, packed);
      quarters.put(packed);
    }
    rgb.position(Integer.BYTES * quarters.position());
    while (words.hasRemaining()) {
      int word = words.get();
      rgb.put((byte) (word >>> 24)).put((byte) (word >>> 16)).put((byte) (word >>> 8));
    }
    return picture;
  }

  /** Four pixels to three little-endian words. */
  private static void pack(int[] block, int[] packed) {
    for (int i = 0, j = 0; i < block.length; i += 4, j += 3) {
      int first = Integer.reverseBytes(block[i]) & RGB;
      int second = Integer.reverseBytes(block[i + 1]) & RGB;
      int third = Integer.reverseBytes(block[i + 2]) & RGB;
      int fourth = Integer.reverseBytes(block[i + 3]) & RGB;
      packed[j] = first | second << 24;
      packed[j + 1] = second >>> 8 | third << 16;
      packed[j + 2] = third >>> 16 | fourth << 8;
    }
  }
}
