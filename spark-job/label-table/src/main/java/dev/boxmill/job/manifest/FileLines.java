package dev.boxmill.job.manifest;

import java.io.IOException;
import java.util.Locale;

/**
 * A file as a line of text that people and scripts can read: kind, length, rows and URI between
 * tabs; in the URI, backslash, tab, line feed and carriage return are written {@code \\ \t \n \r}.
 * No CSV library: the lines name chunks, so they must not change with a library's version.
 */
public final class FileLines {

  private static final int FIELDS = 4;

  private FileLines() {}

  /** With its line feed. */
  public static String line(ListedFile file) {
    return String.join(
            "\t",
            file.kind().name().toLowerCase(Locale.ROOT),
            Long.toString(file.length()),
            Long.toString(file.rows()),
            escaped(file.uri()))
        + "\n";
  }

  /**
   * The same with what opens the file and what its list says of it, for the task that reads it:
   * such a line is not kept.
   */
  public static String signedLine(ListedFile file) {
    String line = line(file);
    return line.substring(0, line.length() - 1)
        + "\t"
        + escaped(file.signedQuery())
        + "\t"
        + escaped(file.kept())
        + "\n";
  }

  /**
   * Without its line feed.
   *
   * @throws IOException if it is no such line
   */
  public static ListedFile parse(String line) throws IOException {
    String[] fields = line.split("\t", -1);
    try {
      return new ListedFile(
          ListedFile.Kind.valueOf(fields[0].toUpperCase(Locale.ROOT)),
          unescaped(fields[3]),
          Long.parseLong(fields[1]),
          Long.parseLong(fields[2]),
          fields.length == FIELDS ? "" : unescaped(fields[FIELDS]),
          fields.length == FIELDS ? "" : unescaped(fields[FIELDS + 1]));
    } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw new IOException("Invalid line: " + line + " (must be kind, length, rows, URI)");
    }
  }

  private static String escaped(String uri) {
    return uri.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescaped(String text) {
    return text.indexOf('\\') < 0 ? text : text.translateEscapes();
  }
}
