package dev.boxmill.image;

import dev.boxmill.image.TiffCompression.Data;
import dev.boxmill.schemas.ImageSize;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;

/** Strips and tiles as fax machines code them (ITU T.4 and T.6), through the JDK's TIFF reader. */
final class TiffFax {
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final Set<Integer> SHORTS =
      Set.of(
          TiffTags.BITS_PER_SAMPLE,
          TiffTags.COMPRESSION,
          TiffTags.PHOTOMETRIC,
          TiffTags.FILL_ORDER,
          TiffTags.SAMPLES_PER_PIXEL);
  private static final int FIELDS = 12;
  private static final int HEADER = 8 + 2 + 12 * FIELDS + 4;

  private TiffFax() {}

  /** Rows of bits as the code has them: 0 for its white. */
  static InputStream rows(TiffPage page, Data data, int rows) throws UnreadableImageException {
    ImageSize size = new ImageSize(page.block().width(), rows);
    new PixelLimit(PixelLimit.MOST).check(ImageFormat.TIFF, size.width(), size.height());
    return new ByteArrayInputStream(JdkReader.bits(file(page, data, size)));
  }

  /** A TIFF of this strip alone; the JDK leaves fields of other types out. */
  private static byte[] file(TiffPage page, Data data, ImageSize size) {
    ByteBuffer file = ByteBuffer.allocate(HEADER + data.length());
    file.put(new byte[] {'M', 'M', 0, 42}).putInt(8).putShort((short) FIELDS);
    field(file, TiffTags.WIDTH, size.width());
    field(file, TiffTags.HEIGHT, size.height());
    field(file, TiffTags.BITS_PER_SAMPLE, 1);
    copied(file, page, TiffTags.COMPRESSION, 1);
    field(file, TiffTags.PHOTOMETRIC, 1); // else the JDK inverts
    copied(file, page, TiffTags.FILL_ORDER, 1);
    field(file, TiffTags.STRIP_OFFSETS, HEADER);
    field(file, TiffTags.SAMPLES_PER_PIXEL, 1);
    field(file, TiffTags.ROWS_PER_STRIP, size.height());
    field(file, TiffTags.STRIP_BYTE_COUNTS, data.length());
    copied(file, page, TiffTags.FAX3_OPTIONS, 0);
    copied(file, page, TiffTags.FAX4_OPTIONS, 0);
    return file.putInt(0).put(data.file(), data.start(), data.length()).array();
  }

  private static void copied(ByteBuffer file, TiffPage page, int tag, int otherwise) {
    field(file, tag, page.tags().value(tag, otherwise));
  }

  private static void field(ByteBuffer file, int tag, long value) {
    boolean isShort = SHORTS.contains(tag);
    file.putShort((short) tag).putShort((short) (isShort ? SHORT : LONG)).putInt(1);
    file.putInt((int) value << (isShort ? Short.SIZE : 0));
  }
}
