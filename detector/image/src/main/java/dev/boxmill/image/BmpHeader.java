package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The headers of a BMP: of OS/2 (12 and 64 bytes) or Windows (40 to 124). The file's own size in
 * them is wrong too often to be looked at.
 *
 * @param compression 0 none, 1 and 2 runs of 8 and 4 bits, 3 and 6 masks
 * @param palette red, green and blue of each color in one number
 * @param masks of red, green and blue within a pixel
 * @param data where the pixels begin
 */
record BmpHeader(
    ImageSize size,
    boolean isTopDown,
    int bits,
    int compression,
    int[] palette,
    int[] masks,
    int data) {

  static final int RUNS_OF_8 = 1;
  static final int RUNS_OF_4 = 2;

  private static final int FILE_HEADER = 14;
  private static final int CORE = 12;
  private static final int INFO = 40;
  private static final int MASKS = 54;
  private static final int WITH_MASKS = 52;
  private static final int[] FIFTEEN_BITS = {0x7c00, 0x3e0, 0x1f};
  private static final Set<Integer> WHOLE_BYTES = Set.of(0xff, 0xff00, 0xff0000, 0xff000000);
  private static final int[] BYTES = {0xff0000, 0xff00, 0xff};

  static BmpHeader of(ByteBuffer file, PixelLimit limit) throws UnreadableImageException {
    int length = file.getInt(FILE_HEADER);
    boolean core = length == CORE;
    if (!core && (length < 16 || length > 1024)) {
      throw unreadable("its header has " + length + " bytes, which is of no known kind");
    }
    ImageSize size = size(file, limit);
    int bits = Short.toUnsignedInt(file.getShort(core ? 24 : 28));
    int compression = length >= 20 ? file.getInt(30) : 0;
    check(bits, compression);
    boolean masked = compression == 3 || compression == 6;
    int after =
        FILE_HEADER + length + (masked && length == INFO ? 4 * (compression == 3 ? 3 : 4) : 0);
    int declared = file.getInt(10);
    int colors =
        bits > 8 ? 0 : length >= INFO && file.getInt(46) != 0 ? file.getInt(46) : 1 << bits;
    int[] palette = palette(file, after, Math.max(0, Math.min(colors, 256)), core ? 3 : 4);
    return new BmpHeader(
        size,
        !core && file.getInt(22) < 0,
        bits,
        compression,
        palette,
        masked ? masks(file, length) : bits == 16 ? FIFTEEN_BITS : BYTES,
        declared > after || (declared == after && palette.length == 0)
            ? declared
            : after + palette.length * (core ? 3 : 4));
  }

  static ImageSize size(ByteBuffer file, PixelLimit limit) throws UnreadableImageException {
    if (file.getInt(FILE_HEADER) == CORE) {
      int width = Short.toUnsignedInt(file.getShort(18));
      return limit.check(ImageFormat.BMP, width, Short.toUnsignedInt(file.getShort(20)));
    }
    return limit.check(ImageFormat.BMP, file.getInt(18), Math.abs(file.getInt(22)));
  }

  static UnreadableImageException unreadable(String reason) {
    return UnreadableImageException.unreadable(ImageFormat.BMP, reason, null);
  }

  boolean hasRuns() {
    return compression == RUNS_OF_8 || compression == RUNS_OF_4;
  }

  int rowBytes() {
    return Math.toIntExact(((long) size.width() * bits + 31) / 32 * 4);
  }

  /** Which byte of a pixel each mask is; empty if one is no whole byte. */
  int[] bytesOfMasks() {
    int[] bytes = IntStream.of(masks).map(Integer::numberOfTrailingZeros).toArray();
    boolean whole = IntStream.of(masks).allMatch(mask -> WHOLE_BYTES.contains(mask));
    return whole ? IntStream.of(bytes).map(bit -> bit / 8).toArray() : new int[0];
  }

  private static void check(int bits, int compression) throws UnreadableImageException {
    boolean known =
        switch (compression) {
          case 0 ->
              bits == 1 || bits == 2 || bits == 4 || bits == 8 || (bits % 8 == 0 && bits <= 32);
          case RUNS_OF_8 -> bits == 8;
          case RUNS_OF_4 -> bits == 4;
          case 3, 6 -> bits == 16 || bits == 24 || bits == 32;
          default -> false;
        };
    if (!known || bits == 0) {
      throw unreadable(
          "it has %d bits a pixel with compression %d (convert it to PNG)"
              .formatted(bits, compression));
    }
  }

  private static int[] masks(ByteBuffer file, int length) {
    int[] masks = {file.getInt(MASKS), file.getInt(MASKS + 4), file.getInt(MASKS + 8)};
    boolean none = length >= WITH_MASKS && (masks[0] | masks[1] | masks[2]) == 0;
    return none ? BYTES : masks;
  }

  private static int[] palette(ByteBuffer file, int start, int colors, int bytes) {
    int[] palette = new int[colors];
    for (int i = 0; i < colors && start + i * bytes + 3 <= file.limit(); i++) {
      int at = start + i * bytes;
      int low = Short.toUnsignedInt(file.getShort(at));
      palette[i] = low | (file.get(at + 2) & 0xff) << 16;
    }
    return palette;
  }
}
