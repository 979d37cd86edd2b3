package dev.boxmill.image;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.tukaani.xz.XZInputStream;

/** How the strips and tiles of a TIFF are compressed. */
enum TiffCompression {
  NONE((page, data, rows) -> data.stream(), 1),
  FAX((page, data, rows) -> TiffFax.rows(page, data, rows), 2, 3, 4),
  LZW((page, data, rows) -> new LzwStream(data.stream()), 5),
  OLD_JPEG((page, data, rows) -> TiffJpeg.oldRows(page, data.file()), 6),
  JPEG((page, data, rows) -> TiffJpeg.rows(page, data), 7),
  DEFLATE((page, data, rows) -> new InflaterInputStream(data.stream()), 8, 32946),
  PACK_BITS((page, data, rows) -> new PackBitsStream(data.stream()), 32773),
  LZMA((page, data, rows) -> new XZInputStream(data.stream(), TiffCompression.MOST_KIB), 34925),
  ZSTD((page, data, rows) -> new ZstdInputStream(data.stream()), 50000),
  WEBP((page, data, rows) -> TiffJpeg.webpRows(page, data), 50001);

  private static final int MOST_KIB = 1 << 17;

  private static final Map<Integer, String> OTHERS =
      Map.of(
          32766, "NeXT",
          32809, "ThunderScan",
          34676, "LogLuv",
          34677, "LogLuv",
          34712, "JPEG 2000",
          34887, "LERC",
          34892, "lossy JPEG of a raw photograph",
          50002, "JPEG XL",
          52546, "JPEG XL");

  private final Opening opening;
  private final List<Integer> numbers;

  private interface Opening {
    InputStream open(TiffPage page, Data data, int rows)
        throws IOException, UnreadableImageException;
  }

  /** The bytes of a strip or tile within its file. */
  record Data(byte[] file, int start, int length) {

    ByteArrayInputStream stream() {
      return new ByteArrayInputStream(file, start, length);
    }

    byte[] bytes() {
      return Arrays.copyOfRange(file, start, start + length);
    }
  }

  TiffCompression(Opening opening, Integer... numbers) {
    this.opening = opening;
    this.numbers = List.of(numbers);
  }

  static TiffCompression of(int number) throws UnreadableImageException {
    return Arrays.stream(values())
        .filter(compression -> compression.numbers.contains(number))
        .findFirst()
        .orElseThrow(
            () ->
                TiffPage.unreadable(
                    "its compression is "
                        + OTHERS.getOrDefault(number, "of the unknown kind")
                        + " "
                        + number
                        + " (save it with LZW or Deflate)"));
  }

  /** The rows of a strip or tile one after the other, each in whole bytes. */
  InputStream open(TiffPage page, Data data, int rows)
      throws IOException, UnreadableImageException {
    return opening.open(page, data, rows);
  }

  /** Whether bits come out in the order of the file's fill order. */
  boolean keepsFillOrder() {
    return this != FAX && !makesRgb();
  }

  /** Whether samples come out as 8 bits RGB, or as 8 bits gray. */
  boolean makesRgb() {
    return this == JPEG || this == OLD_JPEG || this == WEBP;
  }

  boolean hasPredictor() {
    return this == LZW || this == DEFLATE || this == LZMA || this == ZSTD;
  }
}
