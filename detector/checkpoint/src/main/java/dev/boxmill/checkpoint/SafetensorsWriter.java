package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/** Writes tensors as a safetensors file, in float32 or rounded to float16. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /** Writes float32: {@link #write(Path, Map, Map, DType)}. */
  public static void write(
      Path file, Map<String, ? extends Weight> tensors, Map<String, String> metadata) {
    write(file, tensors, metadata, DType.F32);
  }

  /**
   * Writes a file, or replaces it: whole, or not at all. The same tensors and metadata give the
   * same bytes.
   *
   * @param tensors by name
   * @param metadata texts for readers, which no reader needs
   * @param dtype {@link DType#F32}, or {@link DType#F16} to round to the nearest
   * @throws CheckpointException if it can't be written, or a number is too large for float16
   */
  public static void write(
      Path file, Map<String, ? extends Weight> tensors, Map<String, String> metadata, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException("Invalid dtype: " + dtype + " (must be F32 or F16)");
    }
    Map<String, Weight> byName = new TreeMap<>(tensors);
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeFully(channel, header(byName, metadata, dtype));
        for (Map.Entry<String, Weight> tensor : byName.entrySet()) {
          FloatBuffer values = tensor.getValue().values().duplicate();
          writeFully(
              channel,
              dtype == DType.F32 ? float32(values) : float16(file, tensor.getKey(), values));
        }
        channel.force(true);
      }
      Files.move(
          unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CheckpointException("Cannot write " + file + ": " + e + " (check the storage)", e);
    }
  }

  private static ByteBuffer header(
      Map<String, Weight> tensors, Map<String, String> metadata, DType dtype) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = json.putObject(SafetensorsHeader.METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long position = 0;
    for (Map.Entry<String, Weight> tensor : tensors.entrySet()) {
      ObjectNode entry = json.putObject(tensor.getKey()).put("dtype", dtype.name());
      tensor.getValue().shape().forEach(entry.putArray("shape")::add);
      long end =
          position + (long) dtype.bits() / Byte.SIZE * tensor.getValue().values().remaining();
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

  private static ByteBuffer float32(FloatBuffer values) {
    ByteBuffer bytes = allocate(Float.BYTES, values.remaining());
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  private static ByteBuffer float16(Path file, String name, FloatBuffer values) {
    ByteBuffer bytes = allocate(Short.BYTES, values.remaining());
    ShortBuffer halves = bytes.asShortBuffer();
    while (values.hasRemaining()) {
      float value = values.get();
      if (!HalfPrecision.fitsFloat16(value)) {
        throw new CheckpointException(
            "Cannot write %s: %s holds %s, and float16 ends at 65504 (write float32)"
                .formatted(file, name, value));
      }
      halves.put(HalfPrecision.toFloat16(value));
    }
    return bytes;
  }

  private static ByteBuffer allocate(int width, int count) {
    return ByteBuffer.allocate(Math.multiplyExact(width, count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
