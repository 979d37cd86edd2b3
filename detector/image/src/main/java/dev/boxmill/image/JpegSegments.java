package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The marker segments of a JPEG before its first scan (ITU T.81, annex B). */
final class JpegSegments {
  static final int END = 0xd9;
  static final int START_OF_SCAN = 0xda;
  private static final int FRAME_LS = 0xf7;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final String EXIF = "Exif\0\0";
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
  private static final String ADOBE = "Adobe";
  private static final int ADOBE_LENGTH = 14;
  private static final int MOST = 1 << 16;

  /**
   * A segment.
   *
   * @param at where its marker stands
   * @param end where the next one does, or the file ends
   */
  record Segment(int marker, int at, int end) {

    int data() {
      return Math.min(end, at + 4);
    }

    boolean starts(byte[] file, String beginning) {
      return end - data() >= beginning.length()
          && new String(file, data(), beginning.length(), ISO_8859_1).equals(beginning);
    }

    /** Start of frame, of any process; the three in between are tables. */
    boolean isFrame() {
      return marker == FRAME_LS
          || (marker >= 0xc0
              && marker <= 0xcf
              && marker != 0xc4
              && marker != 0xc8
              && marker != 0xcc);
    }
  }

  private JpegSegments() {}

  /** All of them up to the first scan's header, that included. */
  static List<Segment> of(byte[] file) {
    List<Segment> segments = new ArrayList<>();
    int position = 2;
    while (position + 4 <= file.length && (file[position] & 0xff) == 0xff) {
      int marker = file[position + 1] & 0xff;
      if (marker == 0xff) {
        position++; // a fill byte
        continue;
      }
      int end = Math.min(file.length, position + 2 + length(file, position));
      segments.add(new Segment(marker, position, end));
      if (marker == START_OF_SCAN || marker == END || segments.size() == MOST) {
        return segments;
      }
      position = end;
    }
    return segments;
  }

  /** Where the first scan's marker stands; -1 if the file ends before it. */
  static int scan(byte[] file) {
    return of(file).stream()
        .filter(segment -> segment.marker == START_OF_SCAN)
        .mapToInt(Segment::at)
        .findFirst()
        .orElse(-1);
  }

  /** Whether Adobe's segment is there: its CMYK is inverted. */
  static boolean isAdobe(byte[] file) {
    return named(file, APP14, ADOBE).findFirst().isPresent();
  }

  /**
   * The file with Adobe's segment put in front, which tells inks that are stored inverted.
   *
   * @param transform 0 for RGB and CMYK, 1 for YCbCr, 2 for YCCK
   */
  static byte[] withAdobe(byte[] file, int transform) {
    ByteBuffer marked = ByteBuffer.allocate(file.length + 2 + ADOBE_LENGTH);
    marked.put(file, 0, 2).putShort((short) (0xff00 | APP14)).putShort((short) ADOBE_LENGTH);
    marked.put(ADOBE.getBytes(ISO_8859_1)).putShort((short) 100).putShort((short) 0);
    marked.putShort((short) 0).put((byte) transform);
    return marked.put(file, 2, file.length - 2).array();
  }

  /** The EXIF block, a TIFF file of its own; one over 64 KiB comes in several segments. */
  static Optional<ByteBuffer> exif(byte[] file) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    named(file, APP1, EXIF)
        .forEach(part -> write(file, part.data() + EXIF.length(), part.end(), block));
    return block.size() == 0 ? Optional.empty() : Optional.of(ByteBuffer.wrap(block.toByteArray()));
  }

  /** The last XMP. */
  static Optional<String> xmp(byte[] file) {
    return named(file, APP1, XMP)
        .reduce((first, last) -> last)
        .map(part -> new String(file, part.data(), part.end() - part.data(), ISO_8859_1));
  }

  private static Stream<Segment> named(byte[] file, int marker, String beginning) {
    return of(file).stream()
        .filter(segment -> segment.marker == marker && segment.starts(file, beginning));
  }

  private static void write(byte[] file, int start, int end, ByteArrayOutputStream block) {
    block.write(file, start, end - start);
  }

  private static int length(byte[] file, int marker) {
    return ((file[marker + 2] & 0xff) << 8) | (file[marker + 3] & 0xff);
  }
}
