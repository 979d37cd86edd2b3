package dev.boxmill.image;

import dev.boxmill.image.FileChunks.Chunk;
import dev.boxmill.schemas.ImageSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The first frame of a moving WebP, as a WebP file of its own and its place on the canvas. Layout:
 * RFC 9649, section 2.7. Leptonica reads a WebP only if it does not move.
 *
 * @param file a WebP that does not move
 */
record FirstWebpFrame(byte[] file, ImageSize canvas, int left, int top) {
  private static final int MOVES = 0x02;
  private static final int HAS_ALPHA = 0x10;
  private static final int FRAME_HEADER = 16;

  /** Empty for a WebP that does not move, or is cut off. */
  static Optional<FirstWebpFrame> of(byte[] webp) {
    List<Chunk> chunks = FileChunks.riff(webp);
    Optional<Chunk> header = FileChunks.named("VP8X", chunks);
    Optional<Chunk> frame = FileChunks.named("ANMF", chunks);
    if (header.isEmpty() || frame.isEmpty() || FileDamage.isCutOff(ImageFormat.WEBP, webp)) {
      return Optional.empty();
    }
    ByteBuffer extended = header.get().data(webp).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer place = frame.get().data(webp).order(ByteOrder.LITTLE_ENDIAN);
    if (extended.limit() < 10 || place.limit() < FRAME_HEADER || (extended.get(0) & MOVES) == 0) {
      return Optional.empty();
    }
    ImageSize canvas = new ImageSize(1 + threeBytes(extended, 4), 1 + threeBytes(extended, 7));
    byte[] still = still(webp, frame.get(), place);
    return Optional.of(
        new FirstWebpFrame(still, canvas, 2 * threeBytes(place, 0), 2 * threeBytes(place, 3)));
  }

  private static byte[] still(byte[] webp, Chunk frame, ByteBuffer place) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
    header.put(new byte[] {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'});
    header.put(new byte[] {'V', 'P', '8', 'X'}).putInt(10).putInt(HAS_ALPHA);
    header.put(place.slice(6, 6));
    int end = frame.data() + frame.length();
    for (Chunk part : FileChunks.riff(webp, frame.data() + FRAME_HEADER)) {
      if (part.end() <= end) {
        body.write(webp, part.start(), part.end() - part.start());
      }
    }
    header.putInt(4, header.limit() - 8 + body.size());
    byte[] still = new byte[header.limit() + body.size()];
    System.arraycopy(header.array(), 0, still, 0, header.limit());
    System.arraycopy(body.toByteArray(), 0, still, header.limit(), body.size());
    return still;
  }

  private static int threeBytes(ByteBuffer data, int at) {
    return Short.toUnsignedInt(data.getShort(at)) | Byte.toUnsignedInt(data.get(at + 2)) << 16;
  }
}
