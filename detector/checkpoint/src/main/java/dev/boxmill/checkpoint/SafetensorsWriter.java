package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/** Writes float32 tensors as a safetensors file. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /**
   * Writes a file, or replaces it: whole, or not at all. The same tensors and metadata give the
   * same bytes.
   *
   * @param tensors by name
   * @param metadata texts for readers, which no reader needs
   * @throws CheckpointException if it can't be written
   */
  public static void write(
      Path file, Map<String, ? extends Weight> tensors, Map<String, String> metadata) {
    Map<String, Weight> byName = new TreeMap<>(tensors);
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeFully(channel, header(byName, metadata));
        for (Weight tensor : byName.values()) {
          writeFully(channel, bytes(tensor));
        }
        channel.force(true);
      }
      Files.move(
          unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CheckpointException("Cannot write " + file + ": " + e + " (check the storage)", e);
    }
  }

  private static ByteBuffer header(Map<String, Weight> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode json = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = json.putObject(SafetensorsHeader.METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long position = 0;
    for (Map.Entry<String, Weight> tensor : tensors.entrySet()) {
      ObjectNode entry = json.putObject(tensor.getKey()).put("dtype", DType.F32.name());
      tensor.getValue().shape().forEach(entry.putArray("shape")::add);
      long end = position + (long) Float.BYTES * tensor.getValue().values().remaining();
      entry.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    byte[] text = JSON.writeValueAsBytes(json);
    int length = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static ByteBuffer bytes(Weight tensor) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, tensor.values().remaining()))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(tensor.values().duplicate());
    return bytes;
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
