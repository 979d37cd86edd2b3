package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * What a JPEG 2000 says of its samples (ITU T.800, annexes A and I).
 *
 * @param size by which a decoder takes memory
 * @param unsupported why no decoder here reads it; empty for what is read
 */
record Jpeg2000(ImageSize size, String unsupported) {
  private static final int CODE_START = 0xff4fff51;
  private static final int CODE_BOX = 0x6a703263; // jp2c
  private static final int HEADER_BOX = 0x6a703268; // jp2h
  private static final int BOX = 8;
  private static final int LONG_BOX = 16;
  private static final int GRID = 8;
  private static final int CHANNELS = 40;
  private static final int CHANNEL_BYTES = 3;
  private static final String COLORS = "colr\1";
  private static final Map<Integer, String> OTHER_COLORS =
      Map.of(12, "CMYK", 14, "CIELab", 18, "YCbCr");

  /** Empty for a file that is cut off or damaged at its front. */
  static Optional<Jpeg2000> of(byte[] file, PixelLimit limit) throws UnreadableImageException {
    try {
      return Optional.of(read(ByteBuffer.wrap(file), limit));
    } catch (IndexOutOfBoundsException damaged) {
      return Optional.empty();
    }
  }

  private static Jpeg2000 read(ByteBuffer file, PixelLimit limit) throws UnreadableImageException {
    int position = 0;
    String header = "";
    while (file.getInt(position) != CODE_START) {
      long length = Integer.toUnsignedLong(file.getInt(position));
      int type = file.getInt(position + 4);
      int start = position + (length == 1 ? LONG_BOX : BOX);
      long end = position + (length == 1 ? file.getLong(position + BOX) : length);
      if (type == HEADER_BOX && length > BOX && end <= file.limit()) {
        header = ISO_8859_1.decode(file.slice(start, (int) end - start)).toString();
      }
      boolean isCode = type == CODE_BOX;
      if (!isCode && (end < start || end > file.limit())) {
        throw new IndexOutOfBoundsException("A box ends at " + end);
      }
      position = isCode ? start : (int) end;
      if (isCode && file.getInt(position) != CODE_START) {
        throw new IndexOutOfBoundsException("No code at " + position);
      }
    }
    return of(file.slice(position, file.limit() - position), header, limit);
  }

  private static Jpeg2000 of(ByteBuffer code, String header, PixelLimit limit)
      throws UnreadableImageException {
    int width = code.getInt(GRID) - code.getInt(GRID + 8); // less the offset
    int height = code.getInt(GRID + 4) - code.getInt(GRID + 12);
    ImageSize size = limit.check(ImageFormat.JPEG_2000, width, height);
    int channels = Short.toUnsignedInt(code.getShort(CHANNELS));
    if (channels != 1 && channels != 3 && channels != 4) {
      return new Jpeg2000(size, "it has " + channels + " channels (convert it to RGB)");
    }
    for (int i = 0; i < channels; i++) {
      int at = CHANNELS + 2 + i * CHANNEL_BYTES;
      int bits = 1 + (code.get(at) & 0x7f);
      if (bits > 8) {
        return new Jpeg2000(size, "it has " + bits + " bits a sample (convert it to 8 bits)");
      }
      if (code.get(at + 1) != 1 || code.get(at + 2) != 1) {
        return new Jpeg2000(size, "its channels differ in size (convert it to RGB)");
      }
    }
    return new Jpeg2000(size, otherColors(header));
  }

  /** By the number that the box of colors has, unless it has a profile instead. */
  private static String otherColors(String header) {
    if (header.contains("pclr")) {
      return "it has a palette (convert it to RGB)";
    }
    int colors = header.indexOf(COLORS);
    int number = colors < 0 || colors + 11 > header.length() ? 0 : header.charAt(colors + 10);
    String other = OTHER_COLORS.get(number);
    return other == null ? "" : "its colors are " + other + " (convert it to RGB)";
  }
}
