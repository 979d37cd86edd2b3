package dev.boxmill.job.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** Edits the bytes of image files: segments, chunks, declared sizes. */
final class TestingBytes {
  private static final int PNG_HEADER_END = 33;
  private static final int START_OF_FRAME = 0xc0;
  private static final int PROGRESSIVE_FRAME = 0xc2;

  private TestingBytes() {}

  /** With a segment right after the JPEG's start. */
  static byte[] segment(byte[] jpeg, int marker, byte[] data) {
    byte[] head =
        ByteBuffer.allocate(4)
            .putShort((short) (0xff00 | marker))
            .putShort((short) (data.length + 2))
            .array();
    return insert(jpeg, 2, join(head, data));
  }

  /** A JPEG that says that it must be turned. */
  static byte[] turnedJpeg(byte[] jpeg, int orientation) {
    return segment(jpeg, 0xe1, join("Exif\0\0".getBytes(ISO_8859_1), exif(orientation)));
  }

  static byte[] turnedPng(byte[] png, int orientation) {
    return insert(png, PNG_HEADER_END, pngChunk("eXIf", exif(orientation)));
  }

  /** The JPEG with another size in its frame's header. */
  static byte[] jpegSize(byte[] jpeg, int width, int height) {
    byte[] lying = jpeg.clone();
    int at = 2;
    int marker = lying[at + 1] & 0xff;
    while (marker != START_OF_FRAME && marker != PROGRESSIVE_FRAME) {
      at += 2 + Short.toUnsignedInt(ByteBuffer.wrap(lying).getShort(at + 2));
      marker = lying[at + 1] & 0xff;
    }
    ByteBuffer.wrap(lying).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
    return lying;
  }

  /** The PNG with another size in its header, whose checksum is right. */
  static byte[] pngSize(byte[] png, int width, int height) {
    byte[] lying = png.clone();
    ByteBuffer header = ByteBuffer.wrap(lying).putInt(16, width).putInt(20, height);
    header.putInt(29, checksum(lying, 12, 17));
    return lying;
  }

  /** A PNG that shows its picture and then another: an APNG of two frames. */
  static byte[] movingPng(byte[] png, int width, int height) {
    byte[] control = pngChunk("acTL", ByteBuffer.allocate(8).putInt(2).putInt(0).array());
    byte[] frame =
        pngChunk(
            "fcTL",
            ByteBuffer.allocate(26)
                .putInt(0)
                .putInt(width)
                .putInt(height)
                .putInt(0)
                .putInt(0)
                .putShort((short) 1)
                .putShort((short) 2)
                .array());
    return insert(png, PNG_HEADER_END, join(control, frame));
  }

  static byte[] pngChunk(String name, byte[] data) {
    byte[] named = join(name.getBytes(ISO_8859_1), data);
    return ByteBuffer.allocate(named.length + 8)
        .putInt(data.length)
        .put(named)
        .putInt(checksum(named, 0, named.length))
        .array();
  }

  /** One value of 16 bits in little-endian order, changed. */
  static byte[] little16(byte[] file, int at, int value) {
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
    return changed;
  }

  static byte[] little32(byte[] file, int at, int value) {
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return changed;
  }

  static byte[] insert(byte[] file, int at, byte[] more) {
    return ByteBuffer.allocate(file.length + more.length)
        .put(file, 0, at)
        .put(more)
        .put(file, at, file.length - at)
        .array();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }

  /** A TIFF directory with the orientation alone. */
  private static byte[] exif(int orientation) {
    return ByteBuffer.allocate(26)
        .put("MM\0*".getBytes(ISO_8859_1))
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) orientation)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }

  private static int checksum(byte[] bytes, int start, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, start, length);
    return (int) checksum.getValue();
  }
}
