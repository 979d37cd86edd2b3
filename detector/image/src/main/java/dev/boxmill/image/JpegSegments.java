package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The marker segments of a JPEG before its first scan (ITU T.81, annex B). */
final class JpegSegments {
  static final int END = 0xd9;
  private static final int START_OF_SCAN = 0xda;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

  private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};

  private JpegSegments() {}

  /** Where the first scan's marker stands; -1 if the file ends before it. */
  static int scan(byte[] file) {
    return find(file, START_OF_SCAN, new byte[0]);
  }

  /** Whether Adobe's segment is there: its CMYK is inverted. */
  static boolean isAdobe(byte[] file) {
    return find(file, APP14, ADOBE) >= 0;
  }

  /** The EXIF block, a TIFF file of its own. */
  static Optional<ByteBuffer> exif(byte[] file) {
    int marker = find(file, APP1, EXIF);
    if (marker < 0) {
      return Optional.empty();
    }
    int start = marker + 4 + EXIF.length;
    int end = Math.min(file.length, marker + 2 + length(file, marker));
    return end > start
        ? Optional.of(ByteBuffer.wrap(file, start, end - start).slice())
        : Optional.empty();
  }

  private static int find(byte[] file, int wanted, byte[] beginning) {
    int position = 2;
    while (position + 4 <= file.length && (file[position] & 0xff) == 0xff) {
      int marker = file[position + 1] & 0xff;
      if (marker == 0xff) {
        position++; // a fill byte
        continue;
      }
      if (marker == wanted && startsWith(file, position + 4, beginning)) {
        return position;
      }
      if (marker == START_OF_SCAN || marker == END) {
        return -1;
      }
      position += 2 + length(file, position);
    }
    return -1;
  }

  private static int length(byte[] file, int marker) {
    return ((file[marker + 2] & 0xff) << 8) | (file[marker + 3] & 0xff);
  }

  private static boolean startsWith(byte[] file, int position, byte[] beginning) {
    if (position + beginning.length > file.length) {
      return false;
    }
    for (int i = 0; i < beginning.length; i++) {
      if (file[position + i] != beginning[i]) {
        return false;
      }
    }
    return true;
  }
}
