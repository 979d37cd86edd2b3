package dev.boxmill.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Distinguishes a file that ends early from one that is damaged, once a decoder has given up on it.
 */
final class FileDamage {
  private static final int RIFF_HEADER = 8;
  private static final int BMP_HEADER = 14;
  private static final byte GIF_TRAILER = 0x3b;

  private FileDamage() {}

  static String describe(ImageFormat format, byte[] file) {
    return isCutOff(format, file)
        ? "it is cut off after " + file.length + " bytes"
        : "its data is damaged";
  }

  static boolean isCutOff(ImageFormat format, byte[] file) {
    try {
      return switch (format) {
        case JPEG -> !endsJpeg(file);
        case PNG -> FileChunks.named("IEND", FileChunks.png(file)).isEmpty();
        case WEBP -> little(file).getInt(4) + (long) RIFF_HEADER > file.length;
        case GIF -> file[file.length - 1] != GIF_TRAILER;
        case BMP -> file.length < BMP_HEADER || little(file).getInt(2) > file.length;
        case TIFF -> false;
      };
    } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
      return true;
    }
  }

  /** Whether an end marker comes after the start of the scan; coded data can't look like one. */
  private static boolean endsJpeg(byte[] file) {
    int scan = JpegSegments.scan(file);
    for (int i = file.length - 2; scan >= 0 && i >= scan; i--) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == JpegSegments.END) {
        return true;
      }
    }
    return false;
  }

  private static ByteBuffer little(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }
}
