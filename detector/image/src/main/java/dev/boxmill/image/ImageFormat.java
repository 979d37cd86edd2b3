package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** The formats that are read, recognized by their first bytes. */
enum ImageFormat {
  JPEG("JPEG", head -> head.startsWith("\u00ff\u00d8\u00ff")),
  PNG("PNG", head -> head.startsWith("\u0089PNG\r\n\u001a\n")),
  WEBP("WebP", head -> head.startsWith("RIFF") && head.startsWith("WEBP", 8)),
  GIF("GIF", head -> head.startsWith("GIF87a") || head.startsWith("GIF89a")),
  BMP("BMP", head -> head.startsWith("BM") || isDib(head)),
  TIFF("TIFF", ImageFormat::isTiff),
  PNM("PNM", head -> head.matches("(?s)P[1-6]\\s.*")),
  JPEG_2000("JPEG 2000", ImageFormat::isJpeg2000),
  TARGA("Targa", TargaReader::isHeader);

  private static final int HEAD = 18;

  private final String title;
  private final Predicate<String> signature;

  ImageFormat(String title, Predicate<String> signature) {
    this.title = title;
    this.signature = signature;
  }

  static Optional<ImageFormat> of(byte[] file) {
    String head = new String(file, 0, Math.min(HEAD, file.length), ISO_8859_1);
    return Arrays.stream(values()).filter(format -> format.signature.test(head)).findFirst();
  }

  /** A BMP without its file header: the length of the next one, and one plane. */
  private static boolean isDib(String head) {
    return head.matches(
            "(?s)[(48@l|]\\x00\\x00\\x00.{8}\\x01\\x00[\\x01\\x04\\x08\\x10\\x18\\x20]\\x00.*")
        || head.matches("(?s)\f\\x00\\x00\\x00.{4}\\x01\\x00[\\x01\\x04\\x08\\x18]\\x00.*");
  }

  private static boolean isTiff(String head) {
    boolean camera = head.startsWith("CR", 8); // Canon's raw photographs
    return !camera && head.matches("(?s)(II[*+]\\x00|MM\\x00[*+]).*");
  }

  private static boolean isJpeg2000(String head) {
    return head.startsWith("\0\0\0\fjP  \r\n") || head.startsWith("\u00ffO\u00ffQ");
  }

  String title() {
    return title;
  }
}
