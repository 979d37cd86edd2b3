package dev.boxmill.image;

import dev.boxmill.image.TiffCompression.Data;
import dev.boxmill.schemas.ImageSize;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Strips and tiles that are JPEG files but for their tables (TIFF Technical Note 2), or WebP files.
 */
final class TiffJpeg {
  private static final int SIGNATURE = 2;
  private static final int INKS = 4;

  /** How many rows more than its strip a JPEG may have. */
  private static final int MOST_PADDING = 64;

  private TiffJpeg() {}

  static InputStream rows(TiffPage page, Data data) throws UnreadableImageException {
    byte[] part = data.bytes();
    ByteBuffer tables = page.tags().bytes(TiffTags.JPEG_TABLES);
    byte[] whole = part;
    if (tables.limit() > 2 * SIGNATURE && part.length > SIGNATURE) {
      ByteBuffer joined = ByteBuffer.allocate(tables.limit() + part.length - 2 * SIGNATURE);
      joined.put(tables.limit(tables.limit() - SIGNATURE));
      whole = joined.put(part, SIGNATURE, part.length - SIGNATURE).array();
    }
    if (page.samplesTogether() == INKS) {
      return new ByteArrayInputStream(JdkReader.samples(checked(page, ImageFormat.JPEG, whole)));
    }
    boolean direct = page.isPlanar() || page.colors() == TiffColors.RGB;
    return rows(page, ImageFormat.JPEG, JpegSegments.withAdobe(whole, direct ? 0 : 1));
  }

  static InputStream webpRows(TiffPage page, Data data) throws UnreadableImageException {
    return rows(page, ImageFormat.WEBP, data.bytes());
  }

  /** The JPEG file that a TIFF 6.0 of the old kind holds as a whole. */
  static InputStream oldRows(TiffPage page, byte[] file) throws UnreadableImageException {
    long start = page.tags().value(TiffTags.OLD_JPEG_START, -1);
    long length = page.tags().value(TiffTags.OLD_JPEG_LENGTH, 0);
    boolean whole = start >= 0 && length > 0 && start + length <= file.length;
    if (!whole || !page.block().equals(page.size())) {
      throw TiffPage.unreadable("its compression is JPEG of the old kind 6 (save it with LZW)");
    }
    return rows(page, ImageFormat.JPEG, new Data(file, (int) start, (int) length).bytes());
  }

  private static InputStream rows(TiffPage page, ImageFormat format, byte[] file)
      throws UnreadableImageException {
    Picture picture =
        LeptonicaReader.read(format, checked(page, format, file), new PixelLimit(PixelLimit.MOST));
    int step = page.isPlanar() || page.samples() == 1 ? 3 : 1; // gray comes as RGB
    byte[] samples = new byte[picture.rgb().limit() / step];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = picture.rgb().get(step * i);
    }
    return new ByteArrayInputStream(samples);
  }

  /** The file, if it is as large as the strip or tile. */
  private static byte[] checked(TiffPage page, ImageFormat format, byte[] file)
      throws UnreadableImageException {
    ImageSize size = LeptonicaReader.declaredSize(format, file, new PixelLimit(PixelLimit.MOST));
    boolean fits =
        size.width() == page.block().width()
            && size.height() <= page.block().height() + MOST_PADDING;
    if (!fits) {
      throw TiffPage.unreadable(
          "a strip or tile of %s pixels holds a JPEG of %s".formatted(page.block(), size));
    }
    return file;
  }
}
