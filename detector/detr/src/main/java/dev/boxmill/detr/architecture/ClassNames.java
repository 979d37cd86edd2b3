package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The classes that a {@code config.json} names, or that a number of classes stands for. */
public final class ClassNames {
  private static final int DEFAULT_COUNT = 2;

  private ClassNames() {}

  /**
   * Class names by index, 0 to n - 1, as {@code PretrainedConfig} understands it: {@code id2label},
   * or {@code LABEL_i} for {@code num_labels} classes. The number of names in {@code id2label} is
   * the number of classes, whatever their indices: where these leave one out, it is {@code
   * LABEL_i}; a name whose index lies behind the last class is of none that the network can find.
   *
   * @throws IllegalArgumentException if no class has a name, or the two keys disagree
   */
  public static Map<Integer, String> parse(JsonConfig config) {
    config.ignores("label2id");
    if (!config.has("id2label")) {
      return numbered("LABEL_", config.integer("num_labels", DEFAULT_COUNT));
    }
    Map<Integer, String> named = config.classNames("id2label");
    int count = config.integer("num_labels", named.size());
    if (named.size() != count || named.keySet().stream().noneMatch(i -> i >= 0 && i < count)) {
      throw new IllegalArgumentException(
          "Invalid id2label: " + named + " (must name the classes 0 to " + (count - 1) + ")");
    }
    warnOfNamesBehind(count, named, config);
    Map<Integer, String> classNames = numbered("LABEL_", count);
    classNames.replaceAll((index, name) -> named.getOrDefault(index, name));
    return classNames;
  }

  private static void warnOfNamesBehind(int count, Map<Integer, String> named, JsonConfig config) {
    List<String> behind =
        named.entrySet().stream()
            .filter(name -> name.getKey() >= count)
            .map(Map.Entry::getValue)
            .toList();
    if (!behind.isEmpty()) {
      System.getLogger(ClassNames.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "{0} names {1} classes, which are 0 to {2}: {3} will never be found",
              config.file(),
              count,
              count - 1,
              behind);
    }
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
