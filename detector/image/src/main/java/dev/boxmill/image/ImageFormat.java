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
  BMP("BMP", head -> head.startsWith("BM")),
  TIFF("TIFF", head -> head.startsWith("II*\0") || head.startsWith("MM\0*"));

  private static final int HEAD = 16;

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

  String title() {
    return title;
  }
}
