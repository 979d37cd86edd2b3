package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * The orientation tag of an EXIF block, which is a TIFF of its own. A metadata library would parse
 * all tags of each image to give this one.
 */
final class Exif {
  private static final int PREFIX = 0x45786966; // Exif, which some writers leave in, even twice
  private static final int PREFIX_BYTES = 6;

  private Exif() {}

  /** The tag's value; empty where there is none or the block is damaged. */
  static OptionalInt orientation(ByteBuffer block) {
    try {
      ByteBuffer tiff = block.slice();
      while (tiff.remaining() > PREFIX_BYTES && tiff.getInt(0) == PREFIX) {
        tiff = tiff.slice(PREFIX_BYTES, tiff.limit() - PREFIX_BYTES);
      }
      long[] values = TiffDirectory.first(tiff).values(TiffTags.ORIENTATION);
      return values.length == 1 ? OptionalInt.of((int) values[0]) : OptionalInt.empty();
    } catch (IndexOutOfBoundsException damaged) {
      return OptionalInt.empty();
    }
  }
}
