package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.text.VisibleText;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which category of the ground truth a label means: the one of its name, or of its id.
 *
 * @param indices of the labels that have a category
 * @param key by what they were matched
 */
public record LabelCategories(Map<LabelClass, Integer> indices, ClassMatching.Key key)
    implements Serializable {

  private static final int EXAMPLES = 5;

  public LabelCategories {
    indices = Map.copyOf(indices);
  }

  /**
   * Matches labels to categories.
   *
   * @throws BadInputException if none has one, a name means several, or a class map names a
   *     category that isn't there
   */
  public static LabelCategories match(
      Collection<LabelClass> labels, List<TruthCategory> categories, ClassMatching rule) {
    ClassMatching.Key key = rule.key();
    rule.renamed().requireCategories(categories);
    Map<LabelClass, Integer> found =
        key == ClassMatching.Key.NAME
            ? byName(labels, categories, rule.renamed())
            : byId(labels, categories);
    if (found.isEmpty() && !labels.isEmpty()) {
      throw new BadInputException(
          "Cannot match classes to categories: no "
              + key
              + " agrees (classes: "
              + examples(labels.stream().map(label -> shown(label, key)).toList())
              + "; categories: "
              + examples(categories.stream().map(category -> shown(category, key)).toList())
              + (key == ClassMatching.Key.NAME
                  ? "; if label_id is the id of the category: --match-classes-by id; if names differ:"
                      + " --class-map)"
                  : ")"));
    }
    return new LabelCategories(found, key);
  }

  private static String shown(LabelClass label, ClassMatching.Key key) {
    return key == ClassMatching.Key.NAME ? label.label() : label.id() + " " + label.label();
  }

  private static String shown(TruthCategory category, ClassMatching.Key key) {
    return key == ClassMatching.Key.NAME ? category.name() : category.id() + " " + category.name();
  }

  private static Map<LabelClass, Integer> byId(
      Collection<LabelClass> labels, List<TruthCategory> categories) {
    Map<Long, Integer> ids = new HashMap<>();
    categories.forEach(category -> ids.put(category.id(), ids.size()));
    Map<LabelClass, Integer> found = new HashMap<>();
    for (LabelClass label : labels) {
      Integer index = ids.get((long) label.id());
      if (index != null) {
        found.put(label, index);
      }
    }
    return found;
  }

  private static Map<LabelClass, Integer> byName(
      Collection<LabelClass> labels, List<TruthCategory> categories, ClassMap renamed) {
    Map<String, Integer> names = new HashMap<>();
    Set<String> twice = new HashSet<>();
    for (int i = 0; i < categories.size(); i++) {
      if (names.put(categories.get(i).name(), i) != null) {
        twice.add(categories.get(i).name());
      }
    }
    Map<LabelClass, Integer> found = new HashMap<>();
    for (LabelClass label : labels) {
      String name = renamed.category(label.label());
      if (twice.contains(name)) {
        throw new BadInputException(
            "Cannot match label '"
                + VisibleText.line(label.label())
                + "' to a category: several have that name (give each its own)");
      }
      if (names.containsKey(name)) {
        found.put(label, names.get(name));
      }
    }
    return found;
  }

  /** Index of the label's category, or {@link ImageDetections#UNKNOWN}. */
  public int index(int id, String label) {
    return indices.getOrDefault(new LabelClass(id, label), ImageDetections.UNKNOWN);
  }

  static String examples(List<String> names) {
    String shown =
        names.stream()
            .sorted()
            .limit(EXAMPLES)
            .map(VisibleText::line)
            .collect(Collectors.joining(", "));
    return names.size() > EXAMPLES ? shown + " …" : shown;
  }
}
