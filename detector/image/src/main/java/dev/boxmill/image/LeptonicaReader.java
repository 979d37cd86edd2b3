package dev.boxmill.image;

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
import java.util.Objects;
import org.bytedeco.leptonica.PIX;

/** JPEG, PNG and WebP, through Leptonica: libjpeg-turbo, libpng and libwebp. */
final class LeptonicaReader {
  private static final int FULL_SIZE = 1;
  private static final int COLORS_AS_THEY_ARE = 0;

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
    FirstWebpFrame first = format == ImageFormat.WEBP ? FirstWebpFrame.of(file).orElse(null) : null;
    if (first == null) {
      return still(format, file, limit);
    }
    limit.check(format, first.canvas().width(), first.canvas().height());
    return still(format, first.file(), limit).placed(first.canvas(), first.left(), first.top());
  }

  static ImageSize declaredSize(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    FirstWebpFrame first = format == ImageFormat.WEBP ? FirstWebpFrame.of(file).orElse(null) : null;
    return first == null
        ? size(format, file, limit)
        : limit.check(format, first.canvas().width(), first.canvas().height());
  }

  private static Picture still(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    ImageSize size = size(format, file, limit);
    PIX decoded =
        switch (format) {
          case JPEG -> jpeg(file);
          case PNG -> memory(FileChunks.criticalOnly(file));
          default -> memory(file);
        };
    if (decoded == null) {
      throw UnreadableImageException.unreadable(format, FileDamage.describe(format, file), null);
    }
    try {
      return rgb(format, size, decoded);
    } finally {
      pixDestroy(decoded);
    }
  }

  private static Picture rgb(ImageFormat format, ImageSize size, PIX decoded)
      throws UnreadableImageException {
    PIX words = decoded.d() == Integer.SIZE ? decoded : pixConvertTo32(decoded);
    try {
      if (words == null || words.w() != size.width() || words.h() != size.height()) {
        throw UnreadableImageException.unreadable(format, "its header and data differ", null);
      }
      return WordPixels.pack(size, pixGetData(words));
    } finally {
      if (!Objects.equals(words, decoded)) {
        pixDestroy(words);
      }
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
      throw UnreadableImageException.unreadable(format, FileDamage.describe(format, file), null);
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
   * also fills up a file that ends early with gray and a warning.
   */
  private static PIX jpeg(byte[] file) {
    int[] warnings = new int[1];
    PIX decoded =
        pixReadMemJpeg(
            file,
            file.length,
            COLORS_AS_THEY_ARE,
            FULL_SIZE,
            warnings,
            L_JPEG_CONTINUE_WITH_BAD_DATA);
    if (decoded != null && warnings[0] > 0 && FileDamage.isCutOff(ImageFormat.JPEG, file)) {
      pixDestroy(decoded);
      return null;
    }
    return decoded;
  }
}
