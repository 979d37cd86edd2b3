package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a user says of the Parquet tables among the inputs.
 *
 * @param imageColumn of the images' bytes or addresses; null if it goes by its usual names
 * @param keepColumns those that the label table is to carry along, in order; none twice
 */
public record TableOptions(String imageColumn, List<String> keepColumns) implements Serializable {

  private static final long serialVersionUID = 1;

  private static final String IMAGE = "image-column";
  private static final String KEEP = "keep-columns";

  /** The usual names, and nothing to carry along. */
  public static final TableOptions NONE = new TableOptions(null, List.of());

  public TableOptions {
    keepColumns = new ArrayList<>(keepColumns);
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : keepColumns) {
      if (name.isBlank() || !names.add(name)) {
        throw new BadInputException(
            String.format(
                Locale.ROOT,
                "Invalid --%s: %s (must be names with commas between them, none twice)",
                KEEP,
                String.join(",", keepColumns)));
      }
    }
    if (imageColumn != null && imageColumn.isBlank()) {
      throw new BadInputException(
          "Invalid --" + IMAGE + ": '" + imageColumn + "' (must be the name of a column)");
    }
  }

  Optional<String> image() {
    return Optional.ofNullable(imageColumn);
  }

  boolean isNone() {
    return imageColumn == null && keepColumns.isEmpty();
  }

  /** The options that are set, as a user would write them. */
  String text() {
    return Stream.concat(
            image().map(name -> "--" + IMAGE + " " + name).stream(),
            Stream.of(String.join(",", keepColumns))
                .filter(names -> !names.isEmpty())
                .map(names -> "--" + KEEP + " " + names))
        .reduce((one, two) -> one + ", " + two)
        .orElse("");
  }

  /** What a run's record says of them: only what is set. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    image().ifPresent(name -> settings.put(IMAGE, name));
    if (!keepColumns.isEmpty()) {
      settings.put(KEEP, String.join(",", keepColumns));
    }
    return settings;
  }

  /** Those of a run's record. */
  public static TableOptions of(Map<String, String> settings) {
    String keep = settings.getOrDefault(KEEP, "");
    return new TableOptions(
        settings.get(IMAGE), keep.isEmpty() ? List.of() : List.of(keep.split(",")));
  }
}
