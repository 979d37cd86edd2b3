package dev.boxmill.job.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Local files by the bytes of their names. Java reads a name in the encoding of its locale and
 * loses what that can't say, so that under {@code LC_ALL=C} names of other letters are not found
 * again, and look alike. Here a name is UTF-8 whatever the locale is, and a byte that is no UTF-8
 * is written {@code \xF6}.
 */
public final class LocalFiles {

  private static final char LOST = '\uFFFD';
  private static final Pattern URI_ESCAPE = Pattern.compile("%([0-9a-fA-F]{2})");
  private static final Pattern BYTE = Pattern.compile("\\\\x([89A-F][0-9A-F])");

  private LocalFiles() {}

  /** The last part of a file's path, which no other file of its folder shares. */
  public static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    return FileNameEncoding.isUtf8() && name.indexOf(LOST) < 0 ? name : text(lastBytes(file));
  }

  /** The file behind a path, if it lies on the local disk. */
  public static Optional<Path> of(FileSystem files, org.apache.hadoop.fs.Path path) {
    if (!(files instanceof RawLocalFileSystem local)) {
      return Optional.empty();
    }
    if (!needsBytes(path)) {
      return Optional.of(local.pathToFile(path).toPath());
    }
    String text = path.toUri().getPath();
    Path literal = ofBytes(text.getBytes(StandardCharsets.UTF_8));
    return Optional.of(
        BYTE.matcher(text).find() && !Files.exists(literal, LinkOption.NOFOLLOW_LINKS)
            ? ofBytes(bytes(text))
            : literal);
  }

  /** Whether only {@link #of} finds a file of that path: Java's own reading of names does not. */
  public static boolean needsBytes(org.apache.hadoop.fs.Path path) {
    String text = path.toUri().getPath();
    return BYTE.matcher(text).find() || !(FileNameEncoding.isUtf8() || isAscii(text));
  }

  /**
   * Refuses what would give no end of bytes, or none: a pipe waits for its writer for ever. What
   * can't be looked at is not refused.
   *
   * @throws NotReadableException with the reason
   */
  public static void refuseUnreadable(FileSystem files, org.apache.hadoop.fs.Path path)
      throws NotReadableException {
    Optional<String> reason = of(files, path).flatMap(LocalFiles::whyNotToRead);
    if (reason.isPresent()) {
      throw new NotReadableException(reason.get());
    }
  }

  private static Optional<String> whyNotToRead(Path file) {
    try {
      BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
      if (about.isDirectory()) {
        return Optional.of("it is a folder");
      }
      return about.isOther() ? Optional.of("it is a pipe, a socket or a device") : Optional.empty();
    } catch (IOException failure) {
      return whyNotToFollow(file, failure);
    }
  }

  private static Optional<String> whyNotToFollow(Path file, IOException failure) {
    if (failure instanceof AccessDeniedException || !Files.isSymbolicLink(file)) {
      return Optional.empty();
    }
    return Optional.of(
        failure instanceof NoSuchFileException
            ? "it is a link to nothing"
            : "it is a link that leads back to itself");
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(character -> character < 0x80);
  }

  /** Java keeps a path's bytes, and gives them in its URI only. */
  private static byte[] lastBytes(Path file) {
    String path = file.toUri().getRawPath();
    String whole = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return percentDecoded(whole.substring(whole.lastIndexOf('/') + 1));
  }

  private static byte[] percentDecoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) == '%') {
        bytes.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
        at += 2;
      } else {
        bytes.write(text.charAt(at));
      }
    }
    return bytes.toByteArray();
  }

  /** A text without the escapes of a URI, as {@link #name} writes names; others stay. */
  static String unescaped(String text) {
    String unescaped = text(bytes(text, URI_ESCAPE.matcher(text)));
    return unescaped.indexOf('\0') < 0 ? unescaped : text;
  }

  /** What may be the matter with a name that no file has, in brackets; empty if nothing is. */
  public static String hint(String name) {
    if (BYTE.matcher(name).replaceAll("").indexOf('\\') >= 0) {
      return " (a backslash is a part of its name here: write / between folders)";
    }
    return BYTE.matcher(name).find()
        ? " (its name holds bytes that are no UTF-8: save a list of it as UTF-8)"
        : "";
  }

  /** The text of bytes that are UTF-8 or not, as {@link #name} writes it. */
  public static String decoded(byte[] bytes) {
    return text(bytes);
  }

  private static Path ofBytes(byte[] name) {
    StringBuilder uri = new StringBuilder("file://");
    for (byte one : name) {
      int value = Byte.toUnsignedInt(one);
      boolean plain = value == '/' || (value < 0x80 && Character.isLetterOrDigit(value));
      uri.append(plain ? Character.toString(value) : "%%%02X".formatted(value));
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static byte[] bytes(String text) {
    return bytes(text, BYTE.matcher(text));
  }

  /** A text's bytes, with one byte for each escape. */
  private static byte[] bytes(String text, Matcher escape) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int end = 0;
    while (escape.find()) {
      bytes.writeBytes(text.substring(end, escape.start()).getBytes(StandardCharsets.UTF_8));
      bytes.write(Integer.parseInt(escape.group(1), 16));
      end = escape.end();
    }
    bytes.writeBytes(text.substring(end).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }

  private static String text(byte[] name) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(name);
    CharBuffer characters = CharBuffer.allocate(name.length);
    StringBuilder text = new StringBuilder();
    CoderResult result = decoder.decode(bytes, characters, true);
    while (result.isError()) {
      text.append(characters.flip());
      characters.clear();
      for (int lost = 0; lost < result.length(); lost++) {
        text.append("\\x%02X".formatted(Byte.toUnsignedInt(bytes.get())));
      }
      result = decoder.reset().decode(bytes, characters, true);
    }
    return text.append(characters.flip()).toString();
  }
}
