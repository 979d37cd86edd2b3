package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chunks that PNG and RIFF (WebP) files are made of. */
final class FileChunks {
  static final int PNG_SIGNATURE = 8;
  private static final int RIFF_SIGNATURE = 12;
  private static final int HEADER = 8;
  private static final int PNG_CHECKSUM = 4;

  /**
   * A chunk.
   *
   * @param start where its header begins
   * @param length of its data as declared, or up to the end of a file that is cut off
   * @param end where the next chunk begins
   */
  record Chunk(String name, int start, int length, int end) {

    int data() {
      return start + HEADER;
    }

    ByteBuffer data(byte[] file) {
      return ByteBuffer.wrap(file, data(), length).slice();
    }
  }

  private FileChunks() {}

  static List<Chunk> png(byte[] file) {
    return read(ByteBuffer.wrap(file), PNG_SIGNATURE);
  }

  static List<Chunk> riff(byte[] file) {
    return riff(file, RIFF_SIGNATURE);
  }

  /** RIFF chunks from that position on. */
  static List<Chunk> riff(byte[] file, int first) {
    return read(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN), first);
  }

  static Optional<Chunk> named(String name, List<Chunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.name().equals(name)).findFirst();
  }

  private static List<Chunk> read(ByteBuffer file, int first) {
    boolean riff = file.order() == ByteOrder.LITTLE_ENDIAN;
    List<Chunk> chunks = new ArrayList<>();
    long position = first;
    while (position + HEADER <= file.limit()) {
      int at = (int) position;
      long length = Integer.toUnsignedLong(file.getInt(riff ? at + 4 : at));
      String name = new String(file.array(), riff ? at : at + 4, 4, ISO_8859_1);
      position += HEADER + length + (riff ? length % 2 : PNG_CHECKSUM);
      int end = (int) Math.min(position, file.limit());
      int held = (int) Math.min(length, file.limit() - at - HEADER);
      chunks.add(new Chunk(name, at, held, end));
    }
    return chunks;
  }
}
