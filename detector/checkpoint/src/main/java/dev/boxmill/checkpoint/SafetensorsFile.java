package dev.boxmill.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One open safetensors file: 8 bytes with the header's length, the header, the data. Tensors are
 * mapped one by one when asked for, so the file may be of any size. The format's own library is in
 * Rust, and DJL's reader loads all tensors into the engine.
 */
final class SafetensorsFile implements TensorFile {

  private static final int LENGTH_BYTES = 8;

  /** How a file begins that Git LFS left in place of the real one. */
  private static final String LFS_POINTER = "version ";

  private final Path path;
  private final FileChannel channel;
  private final long dataStart;
  private final Map<String, TensorEntry> entries;

  private SafetensorsFile(
      Path path, FileChannel channel, long dataStart, List<TensorEntry> entries) {
    this.path = path;
    this.channel = channel;
    this.dataStart = dataStart;
    this.entries = new LinkedHashMap<>();
    entries.forEach(entry -> this.entries.put(entry.name(), entry));
  }

  static SafetensorsFile open(Path path) {
    RegularFile.check(path);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      SafetensorsFile file = read(path, channel);
      channel = null;
      return file;
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot read " + path + ": " + e.getMessage() + " (check the file and its storage)", e);
    } finally {
      ReadFile.close(channel);
    }
  }

  private static SafetensorsFile read(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    byte[] json = headerJson(path, channel, size);
    long dataStart = (long) LENGTH_BYTES + json.length;
    List<TensorEntry> entries = SafetensorsHeader.parse(path, json);
    TensorLayout.check(path, entries, size - dataStart);
    return new SafetensorsFile(path, channel, dataStart, entries);
  }

  private static byte[] headerJson(Path path, FileChannel channel, long size) throws IOException {
    if (size < LENGTH_BYTES) {
      throw damaged(path, "it has " + size + " bytes, too few for a safetensors file");
    }
    byte[] prefix = readFully(path, channel, 0, LENGTH_BYTES);
    if (new String(prefix, StandardCharsets.ISO_8859_1).equals(LFS_POINTER)) {
      throw new CheckpointException(
          "Cannot read " + path + ": it is a Git LFS pointer, not the weights (run git lfs pull)");
    }
    long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String announced = "its header is announced with " + Long.toUnsignedString(length) + " bytes, ";
    if (length < 0 || length > StrictJson.LARGEST_BYTES) {
      throw damaged(path, announced + "more than the " + StrictJson.LARGEST_BYTES + " allowed");
    }
    if (length > size - LENGTH_BYTES) {
      throw damaged(path, announced + "but only " + (size - LENGTH_BYTES) + " follow");
    }
    return readFully(path, channel, LENGTH_BYTES, (int) length);
  }

  private static byte[] readFully(Path path, FileChannel channel, long position, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw damaged(path, "it became shorter while it was read");
      }
    }
    return bytes.array();
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    entries.forEach(
        (name, entry) ->
            tensors.put(
                name,
                new StoredTensor(path, name, entry.dtype(), entry.shape(), () -> map(entry))));
    return tensors;
  }

  Map<String, TensorEntry> entries() {
    return entries;
  }

  /**
   * The tensor's bytes, little-endian, as a read-only mapping. Nothing here keeps it.
   *
   * @throws IllegalStateException if the file was closed
   */
  ByteBuffer map(TensorEntry entry) {
    if (!channel.isOpen()) {
      throw new IllegalStateException(
          "Cannot read tensor "
              + MessageText.name(entry.name())
              + " of "
              + path
              + ": the checkpoint is closed (read tensors before closing it)");
    }
    try {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), entry.byteCount())
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot map tensor "
              + MessageText.name(entry.name())
              + " of "
              + path
              + ": "
              + e.getMessage()
              + " (check the file and its storage)",
          e);
    }
  }

  @Override
  public void close() {
    ReadFile.close(channel);
  }

  private static CheckpointException damaged(Path path, String reason) {
    return new CheckpointException(
        "Cannot read " + path + ": " + reason + " (" + SafetensorsHeader.REMEDY + ")");
  }
}
