package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.Locations;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.LineNumberReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A manifest as text: CSV with a header that names a URI column, or one URI per line. */
final class TextManifest {

  /** Columns that may hold the URIs, the best first. */
  static final List<String> URI_COLUMNS = List.of("uri", "image_uri", "path", "url");

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** What follows a closing quote belongs to the field. */
  private static final CSVFormat CSV = CSVFormat.DEFAULT.builder().setTrailingData(true).get();

  private TextManifest() {}

  /** Gives every URI as it is written, in order; blank lines are skipped. */
  static void read(Path manifest, Configuration hadoop, Consumer<String> uris) throws IOException {
    try (LineNumberReader reader = open(manifest, hadoop)) {
      String first = firstLine(reader);
      if (first == null) {
        return;
      }
      List<String> header = header(first);
      int column = uriColumn(header);
      if (column >= 0) {
        readColumn(reader, column, uris);
        return;
      }
      if (header.size() > 1 && ImageNames.extension(manifest.getName()).equals("csv")) {
        throw new BadInputException(missingColumn(manifest, header));
      }
      readLines(first, reader, uris);
    }
  }

  private static LineNumberReader open(Path manifest, Configuration hadoop) throws IOException {
    return new LineNumberReader(
        new InputStreamReader(
            Locations.filesystem(manifest, hadoop).open(manifest), StandardCharsets.UTF_8));
  }

  private static String firstLine(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    if (line != null && line.startsWith(BYTE_ORDER_MARK)) {
      line = line.substring(1);
    }
    while (line != null && line.isBlank()) {
      line = reader.readLine();
    }
    return line;
  }

  /** The fields of the first line; the line itself where its quotes don't match. */
  private static List<String> header(String line) throws IOException {
    try (CSVParser records = CSVParser.parse(line, CSV)) {
      return records.iterator().next().toList();
    } catch (UncheckedIOException unmatched) {
      return List.of(line);
    }
  }

  private static int uriColumn(List<String> header) {
    List<String> names =
        header.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    return URI_COLUMNS.stream()
        .mapToInt(names::indexOf)
        .filter(at -> at >= 0)
        .findFirst()
        .orElse(-1);
  }

  /** The lines so far are those up to the header's. */
  private static void readColumn(LineNumberReader reader, int column, Consumer<String> uris)
      throws IOException {
    long headerLines = reader.getLineNumber();
    long line = headerLines;
    try (CSVParser records = CSVParser.parse(reader, CSV)) {
      for (CSVRecord record : records) {
        if (column < record.size() && !record.get(column).isBlank()) {
          uris.accept(record.get(column));
        }
        line = headerLines + records.getCurrentLineNumber();
      }
    } catch (UncheckedIOException failure) {
      if (failure.getCause() instanceof CSVException) {
        throw new EOFException("a quoted field after line " + line + " does not end");
      }
      throw failure.getCause();
    }
  }

  private static void readLines(String first, BufferedReader reader, Consumer<String> uris)
      throws IOException {
    for (String line = first; line != null; line = reader.readLine()) {
      if (!line.isBlank()) {
        uris.accept(unquoted(line));
      }
    }
  }

  private static String unquoted(String line) {
    boolean quoted = line.length() >= 2 && line.startsWith("\"") && line.endsWith("\"");
    return quoted ? line.substring(1, line.length() - 1).replace("\"\"", "\"") : line;
  }

  private static String missingColumn(Path manifest, List<String> header) {
    return "Cannot read manifest "
        + Locations.uri(manifest)
        + ": its first line names no column of URIs (known: "
        + String.join(", ", URI_COLUMNS)
        + "; found: "
        + String.join(", ", header)
        + ")";
  }
}
