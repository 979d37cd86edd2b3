package dev.boxmill.detr;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.Map;
import java.util.TreeMap;

/** The classes that a {@code config.json} names, as {@code PretrainedConfig} understands it. */
public final class Labels {
  private static final int DEFAULT_COUNT = 2;

  private Labels() {}

  /**
   * Class names by index, 0 to n - 1: {@code id2label}, or {@code LABEL_i} for {@code num_labels}
   * classes.
   *
   * @throws IllegalArgumentException if an index is left out, or the two keys disagree
   */
  public static Map<Integer, String> parse(JsonConfig config) {
    config.ignores("label2id");
    if (!config.has("id2label")) {
      return numbered(config.integer("num_labels", DEFAULT_COUNT));
    }
    Map<Integer, String> labels = config.labels("id2label");
    int count = config.integer("num_labels", labels.size());
    for (int i = 0; i < count; i++) {
      if (labels.size() != count || !labels.containsKey(i)) {
        throw new IllegalArgumentException(
            "Invalid id2label: " + labels + " (must name the classes 0 to " + (count - 1) + ")");
      }
    }
    return labels;
  }

  private static Map<Integer, String> numbered(int count) {
    Map<Integer, String> labels = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      labels.put(i, "LABEL_" + i);
    }
    return labels;
  }
}
