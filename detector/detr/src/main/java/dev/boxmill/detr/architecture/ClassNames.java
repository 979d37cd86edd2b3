package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.Map;
import java.util.TreeMap;

/** The classes that a {@code config.json} names, or that a number of classes stands for. */
public final class ClassNames {
  private static final int DEFAULT_COUNT = 2;

  private ClassNames() {}

  /**
   * Class names by index, 0 to n - 1, as {@code PretrainedConfig} understands it: {@code id2label},
   * or {@code LABEL_i} for {@code num_labels} classes.
   *
   * @throws IllegalArgumentException if an index is left out, or the two keys disagree
   */
  public static Map<Integer, String> parse(JsonConfig config) {
    config.ignores("label2id");
    if (!config.has("id2label")) {
      return numbered("LABEL_", config.integer("num_labels", DEFAULT_COUNT));
    }
    Map<Integer, String> classNames = config.classNames("id2label");
    int count = config.integer("num_labels", classNames.size());
    for (int i = 0; i < count; i++) {
      if (classNames.size() != count || !classNames.containsKey(i)) {
        throw new IllegalArgumentException(
            "Invalid id2label: "
                + classNames
                + " (must name the classes 0 to "
                + (count - 1)
                + ")");
      }
    }
    return classNames;
  }

  /**
   * Class names of a network that comes without any: 91 classes are taken for COCO's ids, "N/A"
   * where it has left one out, 80 for its categories one after the other; else {@code label_0},
   * {@code label_1} and so on.
   */
  public static Map<Integer, String> ofClasses(int count) {
    if (count == CocoCategories.IDS) {
      return CocoCategories.byId();
    }
    return count == CocoCategories.COUNT ? CocoCategories.inOrder() : numbered("label_", count);
  }

  private static Map<Integer, String> numbered(String prefix, int count) {
    Map<Integer, String> classNames = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      classNames.put(i, prefix + i);
    }
    return classNames;
  }
}
