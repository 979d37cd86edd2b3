package dev.boxmill.detr.image;

import static org.bytedeco.leptonica.global.leptonica.L_JPEG_CONTINUE_WITH_BAD_DATA;
import static org.bytedeco.leptonica.global.leptonica.L_SEVERITY_NONE;
import static org.bytedeco.leptonica.global.leptonica.pixConvertTo32;
import static org.bytedeco.leptonica.global.leptonica.pixDestroy;
import static org.bytedeco.leptonica.global.leptonica.pixGetData;
import static org.bytedeco.leptonica.global.leptonica.pixReadHeaderMem;
import static org.bytedeco.leptonica.global.leptonica.pixReadMem;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.setMsgSeverity;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.leptonica.PIX;

/** JPEG, PNG and WebP, through Leptonica: libjpeg-turbo, libpng and libwebp. */
final class LeptonicaReader {
  private static final int FULL_SIZE = 1;
  private static final int COLOURS_AS_THEY_ARE = 0;

  private static final String UNMARKED_INKS =
      "it is CMYK without Adobe's marker, so 0 may mean no ink or full ink (convert it to RGB)";

  static {
    // JavaCPP would refuse its own small allocations once the process holds twice the Java heap,
    // which an executor with a network in native memory always does.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setMsgSeverity(L_SEVERITY_NONE);
  }

  private LeptonicaReader() {}

  static Picture read(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    StillImage first = format == ImageFormat.WEBP ? StillImage.of(file).orElse(null) : null;
    if (first == null) {
      return still(format, file, limit);
    }
    limit.check(format, first.canvas().width(), first.canvas().height());
    return still(format, first.file(), limit).placed(first.canvas(), first.left(), first.top());
  }

  private static Picture still(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    ImageSize size = size(format, file, limit);
    PIX decoded =
        switch (format) {
          case JPEG -> jpeg(file);
          case PNG -> memory(Chunks.criticalOnly(file));
          default -> memory(file);
        };
    if (decoded == null) {
      throw UnreadableImageException.unreadable(format, Damage.describe(format, file), null);
    }
    PIX colour = null;
    try {
      colour = decoded.d() == Integer.SIZE ? decoded : pixConvertTo32(decoded);
      return pack(size, colour);
    } finally {
      if (colour != decoded) {
        pixDestroy(colour);
      }
      pixDestroy(decoded);
    }
  }

  private static ImageSize size(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    int[] width = new int[1];
    int[] height = new int[1];
    int[] channels = new int[1];
    int[] unused = new int[1];
    int failed =
        pixReadHeaderMem(file, file.length, unused, width, height, unused, channels, unused);
    if (failed != 0 || width[0] < 1 || height[0] < 1) {
      throw UnreadableImageException.unreadable(format, Damage.describe(format, file), null);
    }
    if (format == ImageFormat.JPEG && channels[0] == 4 && !JpegSegments.isAdobe(file)) {
      throw UnreadableImageException.unreadable(format, UNMARKED_INKS, null);
    }
    return limit.check(format, width[0], height[0]);
  }

  private static PIX memory(byte[] file) {
    return pixReadMem(file, file.length);
  }

  /**
   * Warnings alone don't make a JPEG unreadable: cameras write files that earn them. But libjpeg
   * also fills up a file that ends early with grey and a warning.
   */
  private static PIX jpeg(byte[] file) {
    int[] warnings = new int[1];
    PIX decoded =
        pixReadMemJpeg(
            file,
            file.length,
            COLOURS_AS_THEY_ARE,
            FULL_SIZE,
            warnings,
            L_JPEG_CONTINUE_WITH_BAD_DATA);
    if (decoded != null && warnings[0] > 0 && Damage.isCutOff(ImageFormat.JPEG, file)) {
      pixDestroy(decoded);
      return null;
    }
    return decoded;
  }

  /** From Leptonica's words of 32 bits, red in the highest byte, to three bytes a pixel. */
  private static Picture pack(ImageSize size, PIX colour) {
    Picture picture = Picture.blank(size);
    int width = size.width();
    IntBuffer words =
        pixGetData(colour)
            .capacity((long) width * size.height())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    ByteBuffer rgb = picture.rgb().duplicate();
    int[] row = new int[width];
    byte[] bytes = new byte[3 * width];
    for (int y = 0; y < size.height(); y++) {
      words.get(row);
      for (int x = 0, i = 0; x < width; x++, i += 3) {
        int word = row[x];
        bytes[i] = (byte) (word >>> 24);
        bytes[i + 1] = (byte) (word >>> 16);
        bytes[i + 2] = (byte) (word >>> 8);
      }
      rgb.put(bytes);
    }
    return picture;
  }
}
