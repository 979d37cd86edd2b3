package dev.boxmill.job.lists;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.lists.ListLines.Line;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Lines of text: one address each, or a table with a column of them. */
final class TextList {

  private static final List<Delimiter> DELIMITERS =
      List.of(new Delimiter(','), new Delimiter('\t'), new Delimiter(';'), new Delimiter('|'));

  private static final Delimiter COMMA = DELIMITERS.get(0);
  private static final Delimiter TAB = DELIMITERS.get(1);

  /** As training sets of classifiers have it: a file, then numbers. */
  private static final Pattern WITH_LABEL =
      Pattern.compile(
          "(.+\\.(?:"
              + String.join("|", ImageNames.IMAGE_EXTENSIONS)
              + "))(?:\\s+-?\\d+(?:\\.\\d+)?)+",
          Pattern.CASE_INSENSITIVE);

  /** With this, spreadsheets tell each other how a table is cut. */
  private static final Pattern SEPARATOR = Pattern.compile("(?i)sep=.\\s*");

  private final ListFile file;
  private final List<String> head;
  private final ListReader reader;

  private TextList(ListFile file, List<String> head, ListReader reader) {
    this.file = file;
    this.head = head;
    this.reader = reader;
  }

  /**
   * A list that begins so.
   *
   * @param start some thousand characters; its last line may not be whole
   */
  static TextList of(ListFile file, String start, ListReader reader) {
    List<String> head =
        new ArrayList<>(start.lines().filter(line -> !line.isBlank() && !isComment(line)).toList());
    boolean whole = start.endsWith("\n") || start.endsWith("\r");
    if (!whole && head.size() > 1) {
      head.remove(head.size() - 1);
    }
    return new TextList(file, head, reader);
  }

  void read(ListLines lines) throws IOException {
    Line first = firstLine(lines);
    if (first == null) {
      return;
    }
    List<String> names = fields(COMMA, first.text()).stream().map(AddressColumns::folded).toList();
    if (names.contains("bucket") && names.contains("key")) {
      new DelimitedRows(COMMA, reader, InventoryRows.plain(names, reader)::add).read(lines);
      return;
    }
    for (Delimiter delimiter : byFields(first.text())) {
      OptionalInt column = AddressColumns.best(fields(delimiter, first.text()));
      if (column.isPresent()) {
        List<String> header = fields(delimiter, first.text());
        readFrom(lines, delimiter, header.size() > 1 ? column : OptionalInt.empty(), header);
        return;
      }
    }
    lines.takeBack(List.of(first));
    readWithoutHeader(lines, first.text());
  }

  private Line firstLine(ListLines lines) throws IOException {
    for (Line line = lines.next(); line != null; line = lines.next()) {
      if (isComment(line.text())) {
        reader.leaveOut("comment");
      } else if (!line.text().isBlank() && !SEPARATOR.matcher(line.text()).matches()) {
        return line;
      }
    }
    return null;
  }

  /** Those that cut a line into more fields come first. */
  private static List<Delimiter> byFields(String line) {
    return DELIMITERS.stream()
        .sorted((one, other) -> fields(other, line).size() - fields(one, line).size())
        .toList();
  }

  private void readFrom(
      ListLines lines, Delimiter delimiter, OptionalInt column, List<String> header)
      throws IOException {
    if (column.isPresent()) {
      new DelimitedRows(
              delimiter, column.getAsInt(), header.stream().map(String::strip).toList(), reader)
          .read(lines);
    } else {
      readLines(lines);
    }
  }

  private void readWithoutHeader(ListLines lines, String first) throws IOException {
    if (InventoryRows.look(file, head.stream().map(line -> fields(COMMA, line)).toList(), first)) {
      new DelimitedRows(COMMA, reader, InventoryRows.of(InventoryRows.BUCKET_AND_KEY, reader)::add)
          .read(lines);
      return;
    }
    for (Delimiter delimiter : file.isNamed("csv", "tsv") ? DELIMITERS : List.of(TAB)) {
      OptionalInt column = addressColumn(delimiter);
      if (column.isPresent()) {
        readFrom(lines, delimiter, column, List.of());
        return;
      }
    }
    if (file.isNamed("csv", "tsv") && fields(COMMA, first).size() > 1) {
      throw missingColumn(fields(COMMA, first));
    }
    readLines(lines);
  }

  /** The one column that holds addresses in all lines at the beginning, if they are cut alike. */
  private OptionalInt addressColumn(Delimiter delimiter) {
    List<List<String>> rows = head.stream().map(line -> fields(delimiter, line)).toList();
    int columns = rows.isEmpty() ? 0 : rows.get(0).size();
    if (columns < 2 || rows.stream().anyMatch(row -> row.size() != columns)) {
      return OptionalInt.empty();
    }
    int[] addresses =
        IntStream.range(0, columns)
            .filter(column -> rows.stream().allMatch(row -> isAddress(row.get(column))))
            .toArray();
    boolean nameWithDelimiter =
        rows.get(0).stream().anyMatch(text -> !isAddress(text) && text.contains("/"));
    return addresses.length == 1 && !nameWithDelimiter
        ? OptionalInt.of(addresses[0])
        : OptionalInt.empty();
  }

  private static boolean isAddress(String text) {
    return Locations.hasScheme(text) || ImageNames.isImage(text);
  }

  private void readLines(ListLines lines) throws IOException {
    boolean labeled =
        !head.isEmpty() && head.stream().allMatch(line -> WITH_LABEL.matcher(line).matches());
    for (Line line = lines.next(); line != null; line = lines.next()) {
      String text = line.text().strip();
      Matcher label = WITH_LABEL.matcher(text);
      if (isComment(text)) {
        reader.leaveOut("comment");
      } else if (labeled && label.matches()) {
        reader.add(label.group(1));
      } else if (!text.isEmpty()) {
        reader.add(unquoted(text));
      }
    }
  }

  /** A name that begins with a number sign is written with ./ before it, or in quotes. */
  private static boolean isComment(String line) {
    return line.stripLeading().startsWith("#");
  }

  private static String unquoted(String line) {
    boolean quoted = line.length() >= 2 && line.startsWith("\"") && line.endsWith("\"");
    return quoted ? line.substring(1, line.length() - 1).replace("\"\"", "\"") : line;
  }

  /** A line's fields; the line itself where its quotes don't match. */
  private static List<String> fields(Delimiter delimiter, String line) {
    return delimiter.fields(line).orElse(List.of(line));
  }

  private BadInputException missingColumn(List<String> header) {
    return new BadInputException(
        "Cannot read manifest "
            + file.uri()
            + ": its first line names no column of URIs (known: "
            + AddressColumns.KNOWN
            + "; found: "
            + String.join(", ", header)
            + ")");
  }
}
