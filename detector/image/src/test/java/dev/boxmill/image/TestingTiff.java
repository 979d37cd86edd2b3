package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** Writes TIFF files of one strip, with any fields. */
final class TestingTiff {
  private final TreeMap<Integer, long[]> fields = new TreeMap<>();
  private final byte[] data;

  /** Gray samples of that many bits. */
  TestingTiff(int width, int height, int bits, byte[] data) {
    this.data = data;
    with(TiffTags.WIDTH, width).with(TiffTags.HEIGHT, height).with(TiffTags.BITS_PER_SAMPLE, bits);
    with(TiffTags.PHOTOMETRIC, 1).with(TiffTags.STRIP_OFFSETS, -1);
    with(TiffTags.STRIP_BYTE_COUNTS, data.length);
  }

  static TestingTiff ofFloats(int width, int height, float... samples) {
    ByteBuffer data = ByteBuffer.allocate(Float.BYTES * samples.length);
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(samples);
    return new TestingTiff(width, height, Float.SIZE, data.array()).with(TiffTags.SAMPLE_FORMAT, 3);
  }

  static TestingTiff ofShorts(int width, int height, int... samples) {
    ByteBuffer data = ByteBuffer.allocate(Short.BYTES * samples.length);
    data.order(ByteOrder.LITTLE_ENDIAN);
    for (int sample : samples) {
      data.putShort((short) sample);
    }
    return new TestingTiff(width, height, Short.SIZE, data.array());
  }

  TestingTiff with(int tag, long... values) {
    fields.put(tag, values);
    return this;
  }

  byte[] file() {
    int listed = fields.values().stream().mapToInt(values -> values.length).sum();
    int directory = 8 + 2 + 12 * fields.size() + 4;
    int start = directory + 4 * listed;
    ByteBuffer file = ByteBuffer.allocate(start + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {'I', 'I', 42, 0}).putInt(8).putShort((short) fields.size());
    int list = directory;
    for (Map.Entry<Integer, long[]> field : fields.entrySet()) {
      long[] values = field.getValue();
      file.putShort(field.getKey().shortValue()).putShort((short) 4).putInt(values.length);
      file.putInt(values.length == 1 ? value(values[0], start) : list);
      for (long value : values) {
        file.putInt(list, value(value, start));
        list += 4;
      }
    }
    return file.putInt(0).position(start).put(data).array();
  }

  /** Negative offsets count from the data on: -1 is its first byte. */
  private static int value(long value, int start) {
    return (int) (value < 0 ? start - 1 - value : value);
  }
}
