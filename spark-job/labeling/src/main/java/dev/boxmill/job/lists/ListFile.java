package dev.boxmill.job.lists;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ArchiveFormat;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.job.storage.WebFile;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.apache.commons.io.ByteOrderMark;
import org.apache.commons.io.input.BOMInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A list's text: unpacked if it is compressed, in the encoding that it is in. */
record ListFile(Path path, Configuration hadoop) {

  private static final int LOOK = 4096;

  /** What lists are not, by their first bytes. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "PK\u0003\u0004", "it is a zip archive or a workbook (save it as CSV)",
          "\u00d0\u00cf\u0011\u00e0", "it is a workbook (save it as CSV)",
          "PAR1", "it is a Parquet file (name it .parquet)",
          "SQLite format 3", "it is a database (write the addresses into a text file)",
          "\u0089PNG", "it is an image (name it by --input-format files)",
          "\u00ff\u00d8\u00ff", "it is an image (name it by --input-format files)");

  /** Its name without an ending that says how it is packed. */
  String name() {
    return ImageNames.unpacked(path.getName());
  }

  /** Whether its name has one of the extensions. */
  boolean isNamed(String... extensions) {
    return List.of(extensions).contains(ImageNames.extension(name()));
  }

  String uri() {
    return Locations.uri(path);
  }

  /** Its beginning, of at most that many characters, or up to where it breaks off. */
  String start(int most) throws IOException {
    StringBuilder start = new StringBuilder();
    try (Reader reader = reader(StandardCharsets.UTF_8)) {
      char[] part = new char[LOOK];
      for (int now = 0; start.length() < most && now >= 0; now = reader.read(part)) {
        start.append(part, 0, now);
      }
    } catch (EOFException | ZipException broken) {
      return start.toString();
    }
    return start.toString();
  }

  /** All of it, for a reader that knows how its lines hang together. */
  Reader whole() throws IOException {
    return reader(StandardCharsets.UTF_8);
  }

  /** Its lines. What is no UTF-8 in them is written as in the names of files. */
  ListLines lines() throws IOException {
    boolean[] bytes = {false};
    Reader reader = reader(ISO_8859_1, bytes);
    return new ListLines(
        reader, bytes[0] ? line -> LocalFiles.decoded(line.getBytes(ISO_8859_1)) : line -> line);
  }

  private Reader reader(Charset eightBits) throws IOException {
    return reader(eightBits, new boolean[1]);
  }

  /**
   * @param eightBits how to read UTF-8
   * @param isEightBits is set to whether it is read so
   */
  private Reader reader(Charset eightBits, boolean[] isEightBits) throws IOException {
    InputStream stream = unpacked(open());
    try {
      BOMInputStream marked =
          BOMInputStream.builder()
              .setInputStream(stream)
              .setByteOrderMarks(
                  ByteOrderMark.UTF_8,
                  ByteOrderMark.UTF_32LE,
                  ByteOrderMark.UTF_32BE,
                  ByteOrderMark.UTF_16LE,
                  ByteOrderMark.UTF_16BE)
              .get();
      String mark = marked.getBOMCharsetName();
      BufferedInputStream bytes = new BufferedInputStream(marked, LOOK);
      Charset charset = mark == null ? unmarked(bytes) : Charset.forName(mark);
      isEightBits[0] = charset.equals(StandardCharsets.UTF_8);
      return new BufferedReader(new InputStreamReader(bytes, isEightBits[0] ? eightBits : charset));
    } catch (IOException | RuntimeException failure) {
      stream.close();
      throw failure;
    }
  }

  private InputStream open() throws IOException {
    if (WebFile.isWeb(uri())) {
      return WebFile.open(new SignedAddress(uri(), ""));
    }
    FileSystem files = Locations.filesystem(path, hadoop);
    LocalFiles.refuseUnreadable(files, path);
    return files.open(path);
  }

  private InputStream unpacked(InputStream stream) throws IOException {
    BufferedInputStream packed = new BufferedInputStream(stream, LOOK);
    String head = head(packed, 16);
    for (Map.Entry<String, String> other : OTHERS.entrySet()) {
      if (head.startsWith(other.getKey())) {
        stream.close();
        throw new BadInputException("Cannot read manifest " + uri() + ": " + other.getValue());
      }
    }
    return ArchiveFormat.content(packed);
  }

  /** In UTF-16, line ends and Latin letters have a zero in the same one of their two bytes. */
  private static Charset unmarked(BufferedInputStream bytes) throws IOException {
    String head = head(bytes, 256);
    long even = zeros(head, 0);
    long odd = zeros(head, 1);
    long few = head.length() / 16;
    if (even == 0 && odd > few) {
      return StandardCharsets.UTF_16LE;
    }
    return odd == 0 && even > few ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
  }

  private static long zeros(String head, int from) {
    long zeros = 0;
    for (int at = from; at < head.length(); at += 2) {
      zeros += head.charAt(at) == 0 ? 1 : 0;
    }
    return zeros;
  }

  private static String head(BufferedInputStream bytes, int length) throws IOException {
    bytes.mark(length);
    byte[] head = bytes.readNBytes(length);
    bytes.reset();
    return new String(head, ISO_8859_1);
  }
}
