package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Says what bytes look like that are none of the formats read. */
final class UnsupportedFormat {
  private static final int HEAD = 512;
  private static final String READABLE = " (readable: JPEG, PNG, WebP, GIF, BMP, TIFF)";

  private record Kind(String description, Predicate<String> matches) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("it looks like HTML, such as an error page", UnsupportedFormat::isHtml),
          new Kind("it is a Git LFS pointer, not the file", starts("version https://git-lfs")),
          new Kind("it is an SVG drawing", head -> head.contains("<svg")),
          new Kind("it looks like XML", starts("<?xml", "<error")),
          new Kind("it looks like JSON", starts("{", "[{")),
          new Kind("it is a PDF", starts("%pdf")),
          new Kind("it is AVIF or HEIC", head -> head.matches("(?s)....ftyp(avi|hei|mif).*")),
          new Kind("it is a video", head -> head.matches("(?s)....ftyp.*")),
          new Kind("it is JPEG 2000", starts("\0\0\0\fjp  ", "\u00ffO\u00ffQ")),
          new Kind("it is JPEG XL", starts("\0\0\0\fjxl ", "\u00ff\n")),
          new Kind("it is a Photoshop file", starts("8bps")),
          new Kind("it is a BigTIFF", starts("ii+\0", "mm\0+")),
          new Kind("it is a zip archive", starts("pk\u0003\u0004")),
          new Kind("it is gzip data", starts("\u001f\u008b")),
          new Kind("it holds zero bytes only", head -> head.chars().allMatch(c -> c == 0)),
          new Kind("it looks like plain text", UnsupportedFormat::isText));

  private UnsupportedFormat() {}

  static String describe(byte[] file) {
    if (file.length == 0) {
      return "the file is empty";
    }
    String head = new String(file, 0, Math.min(HEAD, file.length), ISO_8859_1);
    String folded = head.toLowerCase(Locale.ROOT);
    return KINDS.stream()
        .filter(kind -> kind.matches().test(folded) || kind.matches().test(head))
        .map(Kind::description)
        .findFirst()
        .orElseGet(() -> unknown(file))
        .concat(READABLE);
  }

  private static String unknown(byte[] file) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < Math.min(4, file.length); i++) {
      bytes.append(" %02x".formatted(file[i]));
    }
    return "its %d bytes begin with%s, of no known format".formatted(file.length, bytes);
  }

  private static boolean isHtml(String head) {
    return head.stripLeading().startsWith("<!doctype html") || head.contains("<html");
  }

  private static boolean isText(String head) {
    return head.chars().allMatch(c -> (c >= ' ' && c < 127) || c == '\n' || c == '\r' || c == '\t');
  }

  private static Predicate<String> starts(String... prefixes) {
    return head -> List.of(prefixes).stream().anyMatch(head::startsWith);
  }
}
