package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.image.FileChunks.Chunk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.InflaterInputStream;

/** EXIF and XMP of a PNG: in chunk eXIf, and in texts as ImageMagick and Adobe write them. */
final class PngTexts {
  private static final String RAW_EXIF = "Raw profile type exif";
  private static final String XMP = "XML:com.adobe.xmp";

  /** Lines before a raw profile's digits: an empty one, its name, its length. */
  private static final int PROFILE_HEADER = 3;

  /** Pillow's limit for one inflated text. */
  private static final int MOST_BYTES = 1 << 20;

  private PngTexts() {}

  static Metadata metadata(byte[] file) {
    List<Chunk> chunks = FileChunks.png(file);
    Optional<ByteBuffer> exif =
        FileChunks.named("eXIf", chunks)
            .map(chunk -> chunk.data(file))
            .or(() -> text(RAW_EXIF, chunks, file).flatMap(PngTexts::profile));
    return new Metadata(exif, text(XMP, chunks, file));
  }

  /** The last text of that name. */
  private static Optional<String> text(String name, List<Chunk> chunks, byte[] file) {
    return chunks.stream()
        .map(chunk -> text(name, chunk, file))
        .flatMap(Optional::stream)
        .reduce((first, last) -> last);
  }

  private static Optional<String> text(String name, Chunk chunk, byte[] file) {
    int start = chunk.data() + name.length() + 1;
    int end = chunk.data() + chunk.length();
    byte[] key = (name + '\0').getBytes(ISO_8859_1);
    if (start > end || !Arrays.equals(file, chunk.data(), start, key, 0, key.length)) {
      return Optional.empty();
    }
    return switch (chunk.name()) {
      case "tEXt" -> Optional.of(new String(file, start, end - start, ISO_8859_1));
      case "zTXt" -> inflated(file, start + 1, end);
      case "iTXt" -> international(file, start, end);
      default -> Optional.empty();
    };
  }

  /** A flag for compression, its method, language and translated name, and the text. */
  private static Optional<String> international(byte[] file, int start, int end) {
    int zeros = 0;
    int at = start + 2;
    while (at < end && zeros < 2) {
      zeros += file[at++] == 0 ? 1 : 0;
    }
    if (zeros < 2) {
      return Optional.empty();
    }
    return file[start] == 0
        ? Optional.of(new String(file, at, end - at, ISO_8859_1))
        : inflated(file, at, end);
  }

  private static Optional<String> inflated(byte[] file, int start, int end) {
    if (start >= end) {
      return Optional.empty();
    }
    try (InputStream text =
        new InflaterInputStream(new ByteArrayInputStream(file, start, end - start))) {
      return Optional.of(new String(text.readNBytes(MOST_BYTES), ISO_8859_1));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private static Optional<ByteBuffer> profile(String text) {
    String digits = text.lines().skip(PROFILE_HEADER).collect(Collectors.joining());
    try {
      return Optional.of(ByteBuffer.wrap(HexFormat.of().parseHex(digits)));
    } catch (IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }
}
