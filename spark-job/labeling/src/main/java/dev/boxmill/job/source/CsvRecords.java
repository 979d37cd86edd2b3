package dev.boxmill.job.source;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/** Reads comma-separated records: fields may be quoted, with doubled quotes and line breaks. */
final class CsvRecords {

  private final BufferedReader reader;

  CsvRecords(BufferedReader reader) {
    this.reader = reader;
  }

  /** The next record that is not blank; empty at the end. */
  List<String> next() throws IOException {
    String line = reader.readLine();
    while (line != null && line.isBlank()) {
      line = reader.readLine();
    }
    return line == null ? List.of() : fields(line);
  }

  /** The fields of a record of one line; the line itself where its quotes don't match. */
  static List<String> ofLine(String line) throws IOException {
    try {
      return new CsvRecords(new BufferedReader(Reader.nullReader())).fields(line);
    } catch (EOFException unmatched) {
      return List.of(line);
    }
  }

  /**
   * The fields of one record that starts with this line and may go on in the lines after it.
   *
   * @throws EOFException if a quoted field does not end
   */
  List<String> fields(String line) throws IOException {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    int at = 0;
    while (true) {
      if (at == line.length()) {
        String more = quoted ? reader.readLine() : null;
        if (more == null && quoted) {
          throw new EOFException("its last quoted field does not end");
        }
        if (more == null) {
          fields.add(field.toString());
          return fields;
        }
        field.append('\n');
        line = more;
        at = 0;
        continue;
      }
      char c = line.charAt(at++);
      if (quoted && c == '"' && at < line.length() && line.charAt(at) == '"') {
        field.append('"');
        at++;
      } else if (c == '"' && (quoted || field.isEmpty())) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
  }
}
