package dev.boxmill.job.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A file of class names: one a line, from index 0 on, or JSON {@code {"0": "name"}}. */
final class ClassNameFile {
  private static final int LARGEST = 16 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private ClassNameFile() {}

  /**
   * Names by index; at least one.
   *
   * @throws BadInputException if there is no such file, or it is neither of the two
   */
  static Map<Integer, String> read(String file, Configuration hadoop) {
    try {
      String text = text(file, hadoop);
      Map<Integer, String> names =
          text.stripLeading().startsWith("{") ? json(file, text) : lines(file, text);
      if (names.isEmpty()) {
        throw new BadInputException(
            "Invalid class names in " + file + ": none (must name one at least)");
      }
      return names;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Cannot read class names " + file + ": " + e.getMessage() + " (check --class-names)", e);
    }
  }

  private static String text(String file, Configuration hadoop) throws IOException {
    Path path = Locations.absolute(file, hadoop);
    try (InputStream in = Locations.store(path, hadoop).open(path)) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
    }
  }

  private static Map<Integer, String> json(String file, String text) throws IOException {
    Map<Integer, String> names = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : JSON.readTree(text).properties()) {
      if (!entry.getKey().matches("\\d{1,9}") || !entry.getValue().isTextual()) {
        throw new BadInputException(
            "Invalid class names in %s: \"%s\": %s (must be an index and a name)"
                .formatted(file, entry.getKey(), entry.getValue()));
      }
      names.put(Integer.valueOf(entry.getKey()), entry.getValue().asText());
    }
    return names;
  }

  private static Map<Integer, String> lines(String file, String text) {
    List<String> lines = text.stripTrailing().lines().map(String::strip).toList();
    Map<Integer, String> names = new TreeMap<>();
    for (String line : lines) {
      if (line.isEmpty()) {
        throw new BadInputException(
            "Invalid class names in %s: line %d is empty (must be a name: indices count the lines)"
                .formatted(file, names.size() + 1));
      }
      names.put(names.size(), line);
    }
    return names;
  }
}
