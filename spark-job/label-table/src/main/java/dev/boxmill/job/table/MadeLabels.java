package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a label table was made that is to be refined again, as its run recorded it.
 *
 * @param uri of the table
 * @param model the detector as that run found it
 * @param refiners with their settings, in order; empty if none
 * @param settings all that decided its labels, by name
 */
public record MadeLabels(String uri, String model, String refiners, Map<String, String> settings) {

  private static final Pattern NAME = Pattern.compile("(\\d+)=(.*?)(?=, \\d+=|$)", Pattern.DOTALL);

  public MadeLabels {
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
      throw refusal("its record has no " + name, "label anew: it is of another version");
    }
    return value;
  }

  /** Boxes that score no more than this were not written. */
  public float minScore() {
    return Float.parseFloat(setting("min-score"));
  }

  /** Class names by label id. */
  public Map<Integer, String> labels() {
    String text = setting("labels");
    Map<Integer, String> labels = new LinkedHashMap<>();
    Matcher names = NAME.matcher(text.substring(1, text.length() - 1));
    while (names.find()) {
      labels.put(Integer.valueOf(names.group(1)), names.group(2));
    }
    return labels;
  }

  public BadInputException refusal(String reason, String remedy) {
    return new BadInputException(
        "Cannot refine labels " + uri + ": " + reason + " (" + remedy + ")");
  }
}
