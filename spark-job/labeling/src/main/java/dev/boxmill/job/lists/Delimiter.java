package dev.boxmill.job.lists;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** What stands between the fields of a line. Blanks around a field are not part of it. */
final class Delimiter {

  private final char character;
  private final CSVFormat format;

  Delimiter(char character) {
    this.character = character;
    // What follows a closing quote belongs to the field.
    this.format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(character)
            .setTrailingData(true)
            .setIgnoreSurroundingSpaces(true)
            .get();
  }

  /**
   * The fields of a record; empty if a quoted one has not ended.
   *
   * @param text a line, or several where a quoted field reaches over them
   */
  Optional<List<String>> fields(String text) {
    if (text.indexOf('"') < 0) {
      return Optional.of(plainFields(text));
    }
    try (CSVParser records = CSVParser.parse(text, format)) {
      for (CSVRecord record : records) {
        return Optional.of(record.toList());
      }
      return Optional.of(List.of());
    } catch (UncheckedIOException failure) {
      if (failure.getCause() instanceof CSVException) {
        return Optional.empty();
      }
      throw failure;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The parser takes a hundred times as long for the lines of which there are most. */
  private List<String> plainFields(String line) {
    List<String> fields = new ArrayList<>();
    int start = 0;
    for (int end = line.indexOf(character); end >= 0; end = line.indexOf(character, start)) {
      fields.add(line.substring(start, end).strip());
      start = end + 1;
    }
    fields.add(line.substring(start).strip());
    return fields;
  }
}
