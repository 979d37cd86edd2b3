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

import dev.boxmill.natives.NativeFolder;
import dev.boxmill.schemas.ImageSize;
import java.util.Objects;
import org.bytedeco.leptonica.PIX;

/**
 * JPEG, PNG, WebP and JPEG 2000, through Leptonica: libjpeg-turbo, libpng, libwebp and OpenJPEG.
 */
final class LeptonicaReader {
  private static final int FULL_SIZE = 1;
  private static final int COLORS_AS_THEY_ARE = 0;
  private static final int INKS = 4;

  static {
    // JavaCPP would refuse its own small allocations once the process holds twice the Java heap,
    // which an executor with a network in native memory always does.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    String cache = "org.bytedeco.javacpp.cachedir";
    if (System.getProperty(cache) == null) {
      System.setProperty(cache, NativeFolder.of(".javacpp").resolve("cache").toString());
    }
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
    if (format == ImageFormat.PNG && DeepPng.is(file)) {
      return DeepPng.read(file, size);
    }
    PIX decoded =
        switch (format) {
          case JPEG -> jpeg(file, FULL_SIZE);
          case PNG -> png(size, file);
          default -> memory(file);
        };
    return picture(format, file, size, decoded);
  }

  /** A JPEG at 1/2, 1/4 or 1/8 of its size. */
  static Picture reducedJpeg(byte[] file, PixelLimit limit, int reduction)
      throws UnreadableImageException {
    ImageSize size = ScaledReading.reduced(size(ImageFormat.JPEG, file, limit), reduction);
    return picture(ImageFormat.JPEG, file, size, jpeg(file, reduction));
  }

  private static Picture picture(ImageFormat format, byte[] file, ImageSize size, PIX decoded)
      throws UnreadableImageException {
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
    if (format == ImageFormat.JPEG_2000) {
      return jpeg2000Size(file, limit);
    }
    String unsupported =
        format == ImageFormat.JPEG
            ? JpegFrame.of(file).flatMap(JpegFrame::unsupported).orElse("")
            : "";
    if (!unsupported.isEmpty()) {
      throw UnreadableImageException.unreadable(format, unsupported, null);
    }
    int[] width = new int[1];
    int[] height = new int[1];
    int[] unused = new int[1];
    int failed = pixReadHeaderMem(file, file.length, unused, width, height, unused, unused, unused);
    if (failed != 0 || width[0] < 1 || height[0] < 1) {
      throw UnreadableImageException.unreadable(format, FileDamage.describe(format, file), null);
    }
    return limit.check(format, width[0], height[0]);
  }

  /** Leptonica believes another header than the one that its decoder takes memory by. */
  private static ImageSize jpeg2000Size(byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    Jpeg2000 header = Jpeg2000.of(file, limit).orElse(null);
    String reason =
        header == null ? FileDamage.describe(ImageFormat.JPEG_2000, file) : header.unsupported();
    if (!reason.isEmpty()) {
      throw UnreadableImageException.unreadable(ImageFormat.JPEG_2000, reason, null);
    }
    return header.size();
  }

  private static PIX png(ImageSize size, byte[] file) {
    PIX decoded = memory(PngCore.of(file));
    return decoded == null
        ? PngCore.repaired(file, size).map(LeptonicaReader::memory).orElse(null)
        : decoded;
  }

  private static PIX memory(byte[] file) {
    return pixReadMem(file, file.length);
  }

  /**
   * Warnings alone don't make a JPEG unreadable: cameras write files that earn them. But libjpeg
   * also fills up a file that ends early with gray and a warning.
   */
  private static PIX jpeg(byte[] file, int reduction) {
    JpegFrame frame = JpegFrame.of(file).orElse(null);
    if (frame == null) {
      return null;
    }
    boolean ends = JpegEnd.isMarked(file);
    byte[] whole = ends ? file : JpegEnd.marked(file);
    if (frame.components() == INKS && !JpegSegments.isAdobe(file)) {
      whole = JpegSegments.withAdobe(whole, 0); // as Pillow assumes
    }
    int[] warnings = new int[1];
    PIX decoded =
        pixReadMemJpeg(
            whole,
            whole.length,
            COLORS_AS_THEY_ARE,
            reduction,
            warnings,
            L_JPEG_CONTINUE_WITH_BAD_DATA);
    if (decoded != null && !ends && (warnings[0] > 0 || !JpegEnd.hasAllScans(frame, file))) {
      pixDestroy(decoded);
      return null;
    }
    return decoded;
  }
}
