package dev.boxmill.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes safetensors files, right ones and broken ones. */
final class TestingSafetensors {

  private final List<String> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** Appends a tensor whose header entry is right. */
  TestingSafetensors tensor(String name, String dtype, String shape, byte[] bytes) {
    int begin = data.size();
    data.writeBytes(bytes);
    return entry(name, dtype, shape, begin, data.size());
  }

  TestingSafetensors floats(String name, String shape, float... values) {
    ByteBuffer bytes = little(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return tensor(name, "F32", shape, bytes.array());
  }

  TestingSafetensors halves(String name, String dtype, String shape, short... values) {
    ByteBuffer bytes = little(values.length * Short.BYTES);
    bytes.asShortBuffer().put(values);
    return tensor(name, dtype, shape, bytes.array());
  }

  /** A header entry without data of its own. */
  TestingSafetensors entry(String name, String dtype, String shape, long begin, long end) {
    return raw(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
            .formatted(name, dtype, shape, begin, end));
  }

  TestingSafetensors raw(String property) {
    entries.add(property);
    return this;
  }

  /** Bytes that no tensor owns. */
  TestingSafetensors gap(int count) {
    data.writeBytes(new byte[count]);
    return this;
  }

  byte[] bytes() {
    String header = "{" + String.join(",", entries) + "}";
    return file(header.getBytes(StandardCharsets.UTF_8), data.toByteArray());
  }

  Path write(Path file) {
    return write(file, bytes());
  }

  static byte[] file(byte[] header, byte[] data) {
    return little(Long.BYTES + header.length + data.length)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  static Path write(Path file, String text) {
    return write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer little(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }
}
