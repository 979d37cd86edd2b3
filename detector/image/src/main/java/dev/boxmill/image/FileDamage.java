package dev.boxmill.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Distinguishes a file that ends early from one that is damaged, once a decoder has given up on it.
 */
final class FileDamage {
  private static final int RIFF_HEADER = 8;
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
        case JPEG -> !JpegEnd.isMarked(file);
        case PNG -> FileChunks.named("IEND", FileChunks.png(file)).isEmpty();
        case WEBP -> little(file).getInt(4) + (long) RIFF_HEADER > file.length;
        case GIF -> file[file.length - 1] != GIF_TRAILER;
        case BMP, TIFF, PNM, JPEG_2000, TARGA -> false;
      };
    } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
      return true;
    }
  }

  private static ByteBuffer little(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }
}
