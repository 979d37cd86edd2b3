package dev.boxmill.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles, honest and hostile, instruction by instruction, and the archives around them. */
final class TestingPickle {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TestingPickle() {
    raw("\u0080").number(2, 1);
  }

  /** Characters up to U+00FF are bytes. */
  TestingPickle raw(String instructions) {
    instructions.chars().forEach(bytes::write);
    return this;
  }

  private TestingPickle number(long value, int count) {
    for (int i = 0; i < count; i++) {
      bytes.write((int) (value >> (Byte.SIZE * i)));
    }
    return this;
  }

  TestingPickle global(String module, String name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  TestingPickle text(String text) {
    byte[] encoded = text.getBytes(UTF_8);
    raw("X").number(encoded.length, 4);
    bytes.writeBytes(encoded);
    return this;
  }

  /** A text that is said to be longer than it is. */
  TestingPickle textOf(long announced) {
    return raw("X").number(announced, 4).raw("abc");
  }

  TestingPickle whole(long value) {
    return value <= Integer.MAX_VALUE
        ? raw("J").number(value, 4)
        : raw("\u008a\u0008").number(value, 8);
  }

  /** A tensor of F32 values in the storage {@code data/0}. */
  TestingPickle tensor(long elements, long offset, long[] shape, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
    global("torch", "FloatStorage").text("0").text("cpu").whole(elements).raw("tQ");
    whole(offset).tuple(shape).tuple(strides).raw("\u0089");
    return global("collections", "OrderedDict").raw(")RtR");
  }

  private TestingPickle tuple(long[] values) {
    raw("(");
    for (long value : values) {
      whole(value);
    }
    return raw("t");
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /** A checkpoint of this pickle and one storage. */
  Path write(Path file, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", bytes());
    entries.put("a/data/0", data.array());
    return archive(file, entries);
  }

  /** A zip archive of uncompressed entries. */
  static Path archive(Path file, Map<String, byte[]> entries) {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.getValue().length);
        CRC32 crc = new CRC32();
        crc.update(content.getValue());
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
