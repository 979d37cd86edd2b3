package dev.boxmill.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Finds the orientation tag: JPEG's APP1, PNG's eXIf, WebP's EXIF, or the TIFF itself. A metadata
 * library would parse all tags of each image to give this one.
 */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY = 12;
  private static final int UNKNOWN = 0;
  private static final int JPEG_PREFIX = 0x45786966; // Exif, which some writers leave in

  private Exif() {}

  /** The tag's value, or 0 where there is none. */
  static int orientation(ImageFormat format, byte[] file) {
    try {
      return block(format, file).map(Exif::orientation).orElse(UNKNOWN);
    } catch (BufferUnderflowException | IndexOutOfBoundsException damaged) {
      return UNKNOWN;
    }
  }

  private static Optional<ByteBuffer> block(ImageFormat format, byte[] file) {
    return switch (format) {
      case JPEG -> JpegSegments.exif(file);
      case PNG -> FileChunks.named("eXIf", FileChunks.png(file)).map(chunk -> chunk.data(file));
      case WEBP -> FileChunks.named("EXIF", FileChunks.riff(file)).map(chunk -> chunk.data(file));
      case TIFF -> Optional.of(ByteBuffer.wrap(file));
      case GIF, BMP -> Optional.empty();
    };
  }

  private static int orientation(ByteBuffer block) {
    ByteBuffer tiff = block.getInt(0) == JPEG_PREFIX ? block.slice(6, block.limit() - 6) : block;
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = Short.toUnsignedInt(tiff.getShort(directory));
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + ENTRY * i;
      if (Short.toUnsignedInt(tiff.getShort(entry)) == ORIENTATION) {
        return value(tiff, entry);
      }
    }
    return UNKNOWN;
  }

  private static int value(ByteBuffer tiff, int entry) {
    return switch (tiff.getShort(entry + 2)) {
      case SHORT -> tiff.getShort(entry + 8);
      case LONG -> tiff.getInt(entry + 8);
      default -> UNKNOWN;
    };
  }
}
