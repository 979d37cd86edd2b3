package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which category of the ground truth a label means: the one of its name, or, where no name agrees,
 * the one of its id.
 *
 * @param indices of the labels that have a category
 * @param rule how they were matched: {@code name} or {@code id}
 */
public record LabelCategories(Map<LabelName, Integer> indices, String rule)
    implements Serializable {

  private static final int EXAMPLES = 5;

  public LabelCategories {
    indices = Map.copyOf(indices);
  }

  /**
   * Matches labels to categories.
   *
   * @throws BadInputException if none has one, or a name means several
   */
  public static LabelCategories match(
      Collection<LabelName> labels, List<TruthCategory> categories) {
    Map<LabelName, Integer> byName = byName(labels, categories);
    if (!byName.isEmpty() || labels.isEmpty()) {
      return new LabelCategories(byName, "name");
    }
    Map<Long, Integer> ids = new HashMap<>();
    categories.forEach(category -> ids.put(category.id(), ids.size()));
    Map<LabelName, Integer> byId = new HashMap<>();
    for (LabelName label : labels) {
      Integer index = ids.get((long) label.id());
      if (index != null) {
        byId.put(label, index);
      }
    }
    if (byId.isEmpty()) {
      throw new BadInputException(
          "Cannot match labels to categories: neither names nor ids agree (labels: "
              + examples(labels.stream().map(LabelName::label).toList())
              + "; categories: "
              + examples(categories.stream().map(TruthCategory::name).toList())
              + ")");
    }
    return new LabelCategories(byId, "id");
  }

  private static Map<LabelName, Integer> byName(
      Collection<LabelName> labels, List<TruthCategory> categories) {
    Map<String, Integer> names = new HashMap<>();
    Set<String> twice = new HashSet<>();
    for (int i = 0; i < categories.size(); i++) {
      if (names.put(categories.get(i).name(), i) != null) {
        twice.add(categories.get(i).name());
      }
    }
    Map<LabelName, Integer> found = new HashMap<>();
    for (LabelName label : labels) {
      if (twice.contains(label.label())) {
        throw new BadInputException(
            "Cannot match label '"
                + label.label()
                + "' to a category: several have that name (give each its own)");
      }
      if (names.containsKey(label.label())) {
        found.put(label, names.get(label.label()));
      }
    }
    return found;
  }

  /** Index of the label's category, or {@link ImageDetections#UNKNOWN}. */
  public int index(int id, String label) {
    return indices.getOrDefault(new LabelName(id, label), ImageDetections.UNKNOWN);
  }

  static String examples(List<String> names) {
    String shown = names.stream().sorted().limit(EXAMPLES).collect(Collectors.joining(", "));
    return names.size() > EXAMPLES ? shown + " …" : shown;
  }
}
