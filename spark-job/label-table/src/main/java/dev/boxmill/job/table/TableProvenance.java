package dev.boxmill.job.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * How a label table was made that is to be refined again, as its run recorded it.
 *
 * @param uri of the table
 * @param model the detector as that run found it
 * @param refiners with their settings, in order; empty if none
 * @param settings all that decided its labels, by name
 */
public record TableProvenance(
    String uri, String model, String refiners, Map<String, String> settings) {

  /** The setting that holds the SHA-256 of the detector's files. */
  public static final String DETECTOR = "detector";

  /** The setting that holds the class names by label id, as JSON. */
  public static final String CLASS_NAMES = "class-names";

  /** The setting that holds the number format that the network computed in. */
  public static final String PRECISION = "precision";

  private static final ObjectMapper JSON = new ObjectMapper();

  public TableProvenance {
    settings = new LinkedHashMap<>(settings);
  }

  /**
   * A setting of that run.
   *
   * @throws BadInputException if it is not recorded
   */
  public String setting(String name) {
    String value = settings.get(name);
    if (value == null) {
      throw refusal(
          "its record has no " + name, "label the images again: another version wrote it");
    }
    return value;
  }

  /** Boxes that score no more than this were not written. */
  public float minScore() {
    return Float.parseFloat(setting("min-score"));
  }

  /** Class names by label id of a table's detector, if its run recorded them. */
  public static Optional<Map<Integer, String>> recordedClassNames(
      String table, Configuration hadoop) {
    return recorded(table, hadoop)
        .filter(made -> made.settings().containsKey(CLASS_NAMES))
        .map(TableProvenance::classNames);
  }

  /** How a table was made, if its run recorded it. */
  public static Optional<TableProvenance> recorded(String table, Configuration hadoop) {
    try {
      Path folder = Locations.absolute(table, hadoop);
      return RunRecord.in(folder, hadoop)
          .map(
              made ->
                  new TableProvenance(
                      Locations.uri(folder),
                      String.valueOf(made.model()),
                      Optional.ofNullable(made.refiners()).orElse(""),
                      made.settings()));
    } catch (IOException unreachable) {
      return Optional.empty();
    }
  }

  /** What made it: {@code embedded}, or {@code embedded with clip:min-size=1.0}. */
  public String maker() {
    return refiners.isEmpty() ? model : model + " with " + refiners;
  }

  /** Class names by label id. */
  public Map<Integer, String> classNames() {
    try {
      return JSON.readValue(setting(CLASS_NAMES), new TypeReference<TreeMap<Integer, String>>() {});
    } catch (JsonProcessingException damaged) {
      throw refusal("its record of " + CLASS_NAMES + " is damaged", "label the images again");
    }
  }

  /** Class names as {@link #CLASS_NAMES} holds them. */
  public static String text(Map<Integer, String> classNames) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(classNames));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write class names as JSON", impossible);
    }
  }

  public BadInputException refusal(String reason, String remedy) {
    return new BadInputException(
        "Cannot refine labels " + uri + ": " + reason + " (" + remedy + ")");
  }
}
