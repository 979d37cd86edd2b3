package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Says what bytes look like that are none of the formats read. */
final class UnsupportedFormat {
  private static final int HEAD = 512;
  private static final int DICOM_PREAMBLE = 128;
  private static final String TARGA_END = "TRUEVISION-XFILE.\0";
  private static final String RAW = "it is a raw photograph of a camera, ";
  private static final String READABLE =
      Arrays.stream(ImageFormat.values())
          .map(ImageFormat::title)
          .collect(Collectors.joining(", ", " (readable: ", ")"));

  private record Kind(String description, Predicate<String> matches) {}

  /** The first that matches the file's first bytes, as they are or in small letters. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind("it looks like HTML, such as an error page", UnsupportedFormat::isHtml),
          new Kind("it is a Git LFS pointer, not the file", starts("version https://git-lfs")),
          new Kind("it is an SVG drawing", head -> head.contains("<svg")),
          new Kind("it looks like XML", starts("<?xml", "<error")),
          new Kind("it looks like JSON", starts("{", "[{")),
          new Kind("it is a PDF", starts("%pdf")),
          new Kind("it is PostScript", starts("%!ps", "\u00c5\u00d0\u00d3\u00c6")),
          new Kind("it is AVIF", media("(avi[fs]|mi[fa]1.{4}(.{4}){0,8}?avif)")),
          new Kind("it is HEIC", media("(hei[cxms]|hev[cxms]|mif1|msf1)")),
          new Kind(RAW + "CR3", media("crx ")),
          new Kind("it is a video", media("")),
          new Kind("it is a video", starts("\u001aE\u00df\u00a3", "\0\0\1\u00ba", "\0\0\1\u00b3")),
          new Kind("it is a video", head -> head.startsWith("RIFF") && head.startsWith("AVI ", 8)),
          new Kind("it is JPEG XL", starts("\0\0\0\fJXL ", "\u00ff\n")),
          new Kind("it is JPEG XR", starts("II\u00bc")),
          new Kind("it is DICOM", head -> head.startsWith("DICM", DICOM_PREAMBLE)),
          new Kind("it is a Photoshop file", starts("8BPS")),
          new Kind("it is a GIMP file", starts("gimp xcf")),
          new Kind(RAW + "CR2", head -> head.startsWith("CR", 8)),
          new Kind(RAW + "RAF", starts("FUJIFILMCCD-RAW")),
          new Kind(RAW + "ORF", starts("IIRO", "IIRS", "MMOR")),
          new Kind(RAW + "RW2", starts("IIU\0")),
          new Kind(RAW + "X3F", starts("FOVb")),
          new Kind("it is an icon", starts("\0\0\1\0", "\0\0\2\0", "icns")),
          new Kind(
              "it is PCX",
              head -> head.matches("(?s)\\n[\\x00-\\x05]\\x01[\\x01\\x02\\x04\\x08].*")),
          new Kind("it is DDS", starts("DDS ")),
          new Kind("it is QOI", starts("qoif")),
          new Kind("it is SGI", starts("\u0001\u00da")),
          new Kind("it is a PFM of floats", head -> head.matches("(?s)P[fF]\\s.*")),
          new Kind("it is a PAM", starts("P7\n")),
          new Kind("it is OpenEXR", starts("v/1\1")),
          new Kind("it is Radiance HDR", starts("#?RADIANCE", "#?RGBE")),
          new Kind("it is FITS", starts("SIMPLE  =")),
          new Kind("it is HDF5", starts("\u0089HDF")),
          new Kind("it is DjVu", starts("AT&TFORM")),
          new Kind("it is a NumPy array", starts("\u0093NUMPY")),
          new Kind("it is Parquet", starts("PAR1")),
          new Kind("it is a zip archive", starts("PK\3\4")),
          new Kind("it is gzip data", starts("\u001f\u008b")),
          new Kind("it holds zero bytes only", head -> head.chars().allMatch(c -> c == 0)),
          new Kind(
              "it is a picture written as base64 text",
              starts("/9j/4", "iVBORw0KGgo", "R0lGODlh", "UklGR")),
          new Kind("it looks like plain text", UnsupportedFormat::isText));

  private UnsupportedFormat() {}

  static String describe(byte[] file) {
    if (file.length == 0) {
      return "the file is empty";
    }
    if (isTarga(file)) {
      return "it is Targa of another kind" + READABLE;
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

  /** Targa has no signature at its front; the older of its two versions has none at all. */
  private static boolean isTarga(byte[] file) {
    int start = file.length - TARGA_END.length();
    return start > 0 && new String(file, start, TARGA_END.length(), ISO_8859_1).equals(TARGA_END);
  }

  private static String unknown(byte[] file) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < Math.min(4, file.length); i++) {
      bytes.append(" %02x".formatted(file[i]));
    }
    return "its %d bytes begin with%s, of no known format".formatted(file.length, bytes);
  }

  /** A file of boxes (ISO 14496-12) whose first one names a brand. */
  private static Predicate<String> media(String brand) {
    String pattern = "(?s)....ftyp" + brand + ".*";
    return head -> head.matches(pattern);
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
