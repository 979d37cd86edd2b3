package dev.boxmill.job.lists;

import dev.boxmill.job.lists.ListLines.Line;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The rows of a delimited table. A quoted field that does not end costs the line it begins in. */
final class DelimitedRows {

  /** A caption may have some lines; what goes on for more has lost its closing quote. */
  private static final int MOST_LINES = 16;

  private final Delimiter delimiter;
  private final ListReader reader;
  private final Consumer<List<String>> rows;

  /**
   * @param header names of the columns; empty if nobody says
   */
  DelimitedRows(Delimiter delimiter, int column, List<String> header, ListReader reader) {
    this(delimiter, reader, row -> address(row, column, header, reader));
  }

  /**
   * @param rows takes what was read
   */
  DelimitedRows(Delimiter delimiter, ListReader reader, Consumer<List<String>> rows) {
    this.delimiter = delimiter;
    this.reader = reader;
    this.rows = rows;
  }

  private static void address(
      List<String> row, int column, List<String> header, ListReader reader) {
    if (row.size() == 1 && row.get(0).startsWith("#")) {
      reader.leaveOut("comment");
    } else if (column < row.size() && !row.get(column).isBlank()) {
      reader.add(row.get(column), ListFields.ofRow(header, row));
    } else {
      reader.leaveOut("nameless line");
    }
  }

  void read(ListLines lines) throws IOException {
    for (Line line = lines.next(); line != null; line = lines.next()) {
      if (!line.text().isBlank()) {
        read(line, lines);
      }
    }
  }

  private void read(Line first, ListLines lines) throws IOException {
    List<Line> more = new ArrayList<>();
    StringBuilder text = new StringBuilder(first.text());
    Optional<List<String>> fields = delimiter.fields(text.toString());
    while (fields.isEmpty() && more.size() < MOST_LINES) {
      Line line = lines.next();
      if (line == null) {
        break;
      }
      more.add(line);
      text.append('\n').append(line.text());
      fields = delimiter.fields(text.toString());
    }
    if (fields.isPresent()) {
      rows.accept(fields.get());
    } else {
      lines.takeBack(more);
      reader.addUnreadable(first.number(), "a quoted field in it does not end");
    }
  }
}
