package dev.boxmill.job.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/** WebP files of one color, lossless (RFC 9649, section 3). */
final class TestingWebp {
  private static final int LENGTHS_AND_DISTANCES = 2;

  private final BitSet bits = new BitSet();
  private int length;

  private TestingWebp() {}

  static byte[] still(int width, int height, int rgb) {
    return riff(chunk("VP8L", stream(width, height, rgb)));
  }

  /** Two frames of two colors that fill the canvas. */
  static byte[] moving(int width, int height, int first, int second) {
    ByteBuffer extended = little(10).put((byte) 2).put(new byte[3]);
    return riff(
        chunk("VP8X", int24(int24(extended, width - 1), height - 1).array()),
        chunk("ANIM", new byte[6]),
        frame(width, height, first),
        frame(width, height, second));
  }

  private static byte[] frame(int width, int height, int rgb) {
    ByteBuffer place = little(16).put(new byte[6]);
    byte[] head = int24(int24(int24(place, width - 1), height - 1), 100).array();
    return chunk("ANMF", TestingBytes.join(head, chunk("VP8L", stream(width, height, rgb))));
  }

  /** Five prefix codes of one symbol each, so that pixels take no bits at all. */
  private static byte[] stream(int width, int height, int rgb) {
    TestingWebp stream = new TestingWebp();
    stream.put(0x2f, 8).put(width - 1, 14).put(height - 1, 14).put(0, 4);
    stream.put(0, 3); // no transform, no color cache, one group of codes
    for (int color : new int[] {rgb >> 8 & 0xff, rgb >> 16 & 0xff, rgb & 0xff, 0xff}) {
      stream.put(0b101, 3).put(color, 8);
    }
    stream.put(0b0001, 4);
    return Arrays.copyOf(stream.bits.toByteArray(), stream.length / 8 + LENGTHS_AND_DISTANCES);
  }

  private TestingWebp put(int value, int count) {
    for (int bit = 0; bit < count; bit++) {
      bits.set(length++, (value >> bit & 1) == 1);
    }
    return this;
  }

  private static byte[] riff(byte[]... chunks) {
    byte[] content = TestingBytes.join(chunks);
    byte[] head =
        little(12).put(ascii("RIFF")).putInt(content.length + 4).put(ascii("WEBP")).array();
    return TestingBytes.join(head, content);
  }

  private static byte[] chunk(String name, byte[] data) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes(little(8).put(ascii(name)).putInt(data.length).array());
    chunk.writeBytes(Arrays.copyOf(data, data.length + data.length % 2));
    return chunk.toByteArray();
  }

  private static ByteBuffer int24(ByteBuffer bytes, int value) {
    return bytes.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
