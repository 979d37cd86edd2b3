package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.text.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A file of classes and their categories: CSV without a header, {@code airplane,aeroplane}, or
 * JSON, {@code {"airplane": "aeroplane"}}.
 */
public final class ClassMapFile {

  private static final int LARGEST = 16 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final CSVFormat CSV =
      CSVFormat.DEFAULT.builder().setIgnoreSurroundingSpaces(true).setIgnoreEmptyLines(true).get();
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String file;
  private final Map<String, String> names = new LinkedHashMap<>();

  private ClassMapFile(String file) {
    this.file = file;
  }

  /**
   * Reads it; it holds one pair at least.
   *
   * @param file on any Hadoop filesystem
   * @throws BadInputException if it can't be read, or is neither of the two
   */
  public static ClassMap read(String file, Configuration hadoop) {
    ClassMapFile read = new ClassMapFile(file);
    try {
      read.parse(text(file, hadoop));
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Cannot read class map %s: %s (check --class-map)"
              .formatted(file, VisibleText.line(String.valueOf(e.getMessage()))),
          e);
    }
    if (read.names.isEmpty()) {
      throw new BadInputException("Invalid class map %s: none (must have a pair)".formatted(file));
    }
    return new ClassMap(file, read.names);
  }

  private static String text(String file, Configuration hadoop) throws IOException {
    Path path = Locations.absolute(file, hadoop);
    try (InputStream in = Locations.store(path, hadoop).open(path)) {
      String text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }
  }

  private void parse(String text) throws IOException {
    if (text.stripLeading().startsWith("{")) {
      for (Map.Entry<String, JsonNode> entry : JSON.readTree(text).properties()) {
        JsonNode name = entry.getValue();
        if (!name.isTextual()) {
          throw invalid("\"%s\": %s".formatted(entry.getKey(), name), "two names");
        }
        add(entry.getKey(), name.textValue());
      }
      return;
    }
    for (CSVRecord row : CSV.parse(new StringReader(text))) {
      if (row.size() == 1 && row.get(0).isBlank()) {
        continue;
      }
      if (row.size() != 2) {
        throw invalid(String.join(",", row.toList()), "two names, with quotes around commas");
      }
      add(row.get(0), row.get(1));
    }
  }

  private void add(String label, String category) {
    if (label.isBlank() || category.isBlank()) {
      throw invalid(label + "," + category, "two names");
    }
    String other = names.put(label, category);
    if (other != null && !other.equals(category)) {
      throw invalid(label + "," + other + " and " + label + "," + category, "one for each class");
    }
  }

  private BadInputException invalid(String value, String rule) {
    return new BadInputException(
        "Invalid pair in class map %s: %s (must be %s)"
            .formatted(file, VisibleText.line(value), rule));
  }
}
