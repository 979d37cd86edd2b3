package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.image.FileChunks.Chunk;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an image file says about itself, as far as orientation goes.
 *
 * @param exif a TIFF of its own
 * @param xmp XML, decoded byte by byte
 */
record Metadata(Optional<ByteBuffer> exif, Optional<String> xmp) {
  private static final Pattern XMP_ORIENTATION = Pattern.compile("tiff:Orientation(=\"|>)([0-9])");

  static final Metadata NONE = new Metadata(Optional.empty(), Optional.empty());

  /** Looks where the format keeps them; what is damaged isn't there. */
  static Metadata of(ImageFormat format, byte[] file) {
    try {
      return switch (format) {
        case JPEG -> new Metadata(JpegSegments.exif(file), JpegSegments.xmp(file));
        case PNG -> PngTexts.metadata(file);
        case WEBP -> webp(file);
        case TIFF -> tiff(file);
        default -> NONE;
      };
    } catch (IndexOutOfBoundsException damaged) {
      return NONE;
    }
  }

  /** EXIF's value, and XMP's only where EXIF has none, as Pillow takes them. */
  OptionalInt orientation() {
    OptionalInt tag = exif.map(Exif::orientation).orElse(OptionalInt.empty());
    return tag.isPresent() ? tag : xmp.map(Metadata::inXmp).orElse(OptionalInt.empty());
  }

  private static OptionalInt inXmp(String xmp) {
    Matcher found = XMP_ORIENTATION.matcher(xmp);
    return found.find() ? OptionalInt.of(found.group(2).charAt(0) - '0') : OptionalInt.empty();
  }

  private static Metadata webp(byte[] file) {
    List<Chunk> chunks = FileChunks.riff(file);
    return new Metadata(
        FileChunks.named("EXIF", chunks).map(chunk -> chunk.data(file)),
        FileChunks.named("XMP ", chunks).map(chunk -> text(chunk.data(file))));
  }

  private static Metadata tiff(byte[] file) {
    ByteBuffer whole = ByteBuffer.wrap(file);
    return new Metadata(
        Optional.of(whole), Optional.of(text(TiffDirectory.first(whole).bytes(TiffTags.XMP))));
  }

  private static String text(ByteBuffer bytes) {
    return ISO_8859_1.decode(bytes.slice()).toString();
  }
}
