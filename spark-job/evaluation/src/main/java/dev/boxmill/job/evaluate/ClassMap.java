package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.text.VisibleText;
import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Categories of classes that annotations name otherwise: {@code airplane} is {@code aeroplane}.
 * Several classes may be one category. A class that isn't here has the category of its own name.
 *
 * @param file where they were read, for messages
 * @param names of categories, by those of classes
 */
public record ClassMap(String file, Map<String, String> names) implements Serializable {

  /** Every class has its own name. */
  public static final ClassMap NONE = new ClassMap("", Map.of());

  private static final int MOST_NEAR = 3;

  public ClassMap {
    names = Map.copyOf(names);
  }

  /** The name of a class's category. */
  public String category(String label) {
    return names.getOrDefault(label, label);
  }

  /**
   * Checks the left side.
   *
   * @param known names of all classes of the detector
   * @throws BadInputException if a class is none of them
   */
  public void requireClasses(Collection<String> known) {
    requireKnown("class", names.keySet(), known);
  }

  /**
   * Checks the right side.
   *
   * @throws BadInputException if a category is none of the annotations'
   */
  void requireCategories(List<TruthCategory> categories) {
    requireKnown("category", names.values(), categories.stream().map(TruthCategory::name).toList());
  }

  private void requireKnown(String what, Collection<String> used, Collection<String> known) {
    List<String> unknown =
        used.stream().filter(name -> !known.contains(name)).distinct().sorted().toList();
    if (!unknown.isEmpty()) {
      String first = unknown.get(0);
      throw new BadInputException(
          "Unknown %s '%s'%s in the class map %s (near: %s; known: %s)"
              .formatted(
                  what,
                  VisibleText.line(first),
                  unknown.size() == 1 ? "" : " and " + (unknown.size() - 1) + " more",
                  file,
                  near(first, known),
                  LabelCategories.examples(List.copyOf(known))));
    }
  }

  /** At most a third of a name may differ, or two letters. */
  private static String near(String wanted, Collection<String> known) {
    LevenshteinDistance distance = new LevenshteinDistance(Math.max(2, wanted.length() / 3));
    String near =
        known.stream()
            .filter(name -> distance.apply(name, wanted) >= 0)
            .sorted(
                Comparator.<String>comparingInt(name -> distance.apply(name, wanted))
                    .thenComparing(Comparator.naturalOrder()))
            .distinct()
            .limit(MOST_NEAR)
            .map(VisibleText::line)
            .collect(Collectors.joining(", "));
    return near.isEmpty() ? "none" : near;
  }
}
