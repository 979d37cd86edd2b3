package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.image.FileChunks.Chunk;
import dev.boxmill.schemas.ImageSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A PNG of its header, palette and pixels alone. Transparency, profiles, gamma and texts don't
 * count here. With them, Leptonica 1.87 mixes up the colors of small palettes that have a
 * transparent entry, and libpng writes a warning for each of the many wrong profiles in the world.
 */
final class PngCore {
  private static final Set<String> KEPT = Set.of("IHDR", "PLTE", "IDAT");
  private static final int BITS = 24;
  private static final int COLOR_TYPE = 25;
  private static final int PALETTE = 3;

  /** Four samples of 16 bits and a filter. */
  private static final int MOST_BYTES = 9;

  private PngCore() {}

  /**
   * Such a file. A palette that has not all of its colors gets black ones, and an end that is
   * missing is put there, both as Pillow reads them: what matters is whether all pixels are there.
   */
  static byte[] of(byte[] png) {
    List<Chunk> chunks = FileChunks.png(png);
    ByteArrayOutputStream core = new ByteArrayOutputStream(png.length);
    core.write(png, 0, FileChunks.PNG_SIGNATURE);
    for (Chunk chunk : chunks) {
      if (chunk.name().equals("PLTE") && lacksColors(png, chunk)) {
        int colors = 3 << png[BITS];
        write("PLTE", Arrays.copyOf(bytes(png, chunk), colors), core);
      } else if (KEPT.contains(chunk.name())) {
        core.write(png, chunk.start(), chunk.end() - chunk.start());
      }
    }
    write("IEND", new byte[0], core);
    return core.toByteArray();
  }

  /**
   * The same with right checksums of its chunks; empty unless the pixels as a whole have the right
   * checksum of their own. Some writers and transfers spoil the former alone.
   */
  static Optional<byte[]> repaired(byte[] png, ImageSize size) {
    byte[] core = of(png);
    ByteArrayOutputStream repaired = new ByteArrayOutputStream(core.length);
    ByteArrayOutputStream pixels = new ByteArrayOutputStream(core.length);
    repaired.write(core, 0, FileChunks.PNG_SIGNATURE);
    for (Chunk chunk : FileChunks.png(core)) {
      write(chunk.name(), bytes(core, chunk), repaired);
      if (chunk.name().equals("IDAT")) {
        pixels.write(core, chunk.data(), chunk.length());
      }
    }
    return areWhole(pixels.toByteArray(), size)
        ? Optional.of(repaired.toByteArray())
        : Optional.empty();
  }

  /** Inflates them to see, at most as far as an image of this size can be. */
  private static boolean areWhole(byte[] pixels, ImageSize size) {
    long most = MOST_BYTES * (size.width() + 1L) * (size.height() + 1L);
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(pixels);
      byte[] scratch = new byte[1 << 14];
      while (!inflater.finished() && inflater.getBytesWritten() <= most) {
        if (inflater.inflate(scratch) == 0) {
          return inflater.finished();
        }
      }
      return inflater.finished();
    } catch (DataFormatException damaged) {
      return false;
    } finally {
      inflater.end();
    }
  }

  private static boolean lacksColors(byte[] png, Chunk palette) {
    return png.length > COLOR_TYPE
        && png[COLOR_TYPE] == PALETTE
        && png[BITS] >= 1
        && png[BITS] <= 8
        && palette.length() < 3 << png[BITS];
  }

  private static byte[] bytes(byte[] png, Chunk chunk) {
    return Arrays.copyOfRange(png, chunk.data(), chunk.data() + chunk.length());
  }

  private static void write(String name, byte[] data, ByteArrayOutputStream core) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
    chunk.putInt(data.length).put(name.getBytes(ISO_8859_1)).put(data);
    CRC32 checksum = new CRC32();
    checksum.update(chunk.array(), 4, 4 + data.length);
    core.writeBytes(chunk.putInt((int) checksum.getValue()).array());
  }
}
