package dev.boxmill.job.train;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.LabelCategories;
import dev.boxmill.job.evaluate.LabelClass;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The classes that a detector learns.
 *
 * @param names by label
 * @param areNew whether they are the annotations' categories, not the detector's own classes
 */
record LearntClasses(Map<Integer, String> names, boolean areNew) {

  private static final int EXAMPLES = 5;

  LearntClasses {
    names = Map.copyOf(names);
  }

  /**
   * Chooses.
   *
   * @param own the detector's classes
   * @throws BadInputException if that can't be learned, or several choices are as good
   */
  static LearntClasses of(
      ClassChoice choice,
      Map<Integer, String> own,
      List<TruthCategory> categories,
      ClassMatching matching) {
    return switch (choice) {
      case KEEP -> new LearntClasses(own, false);
      case NEW -> ofCategories(categories);
      case AUTO -> chosen(own, categories, matching);
    };
  }

  /**
   * The same of a network that has learned nothing: the categories, if its configuration does not
   * have them all.
   */
  static LearntClasses ofDrawn(
      ClassChoice choice,
      Map<Integer, String> configured,
      List<TruthCategory> categories,
      ClassMatching matching) {
    return switch (choice) {
      case KEEP -> new LearntClasses(configured, false);
      case NEW -> ofCategories(categories);
      case AUTO ->
          unknown(configured, categories, matching).isEmpty()
              ? new LearntClasses(configured, false)
              : ofCategories(categories);
    };
  }

  private static LearntClasses ofCategories(List<TruthCategory> categories) {
    Map<Integer, String> names = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    for (TruthCategory category : categories) {
      if (!seen.add(category.name())) {
        throw new BadInputException(
            "Cannot train: several categories have the name '%s' (give each its own)"
                .formatted(category.name()));
      }
      names.put(names.size(), category.name());
    }
    if (names.isEmpty()) {
      throw new BadInputException("Cannot train: the annotations have no categories (name some)");
    }
    return new LearntClasses(names, true);
  }

  private static LearntClasses chosen(
      Map<Integer, String> own, List<TruthCategory> categories, ClassMatching matching) {
    List<String> unknown = unknown(own, categories, matching);
    if (unknown.isEmpty()) {
      return new LearntClasses(own, false);
    }
    if (unknown.size() == categories.size()) {
      return ofCategories(categories);
    }
    throw new BadInputException(
        "Cannot train: of %d categories the detector does not know %d: %s (--classes new learns the categories from new class heads, --classes keep leaves the objects of unknown ones out; --class-map names classes that are called otherwise)"
            .formatted(
                categories.size(),
                unknown.size(),
                unknown.stream().limit(EXAMPLES).collect(Collectors.joining(", "))
                    + (unknown.size() > EXAMPLES ? " …" : "")));
  }

  private static List<String> unknown(
      Map<Integer, String> own, List<TruthCategory> categories, ClassMatching matching) {
    Set<Integer> known = new HashSet<>();
    if (matches(own, categories, matching)) {
      List<LabelClass> labels =
          own.entrySet().stream()
              .map(label -> new LabelClass(label.getKey(), label.getValue()))
              .toList();
      known.addAll(LabelCategories.match(labels, categories, matching).indices().values());
    }
    return IntStream.range(0, categories.size())
        .filter(index -> !known.contains(index))
        .mapToObj(index -> categories.get(index).name())
        .toList();
  }

  /** Whether any class means a category: no class at all is no mistake here. */
  private static boolean matches(
      Map<Integer, String> own, List<TruthCategory> categories, ClassMatching matching) {
    return switch (matching.key()) {
      case ID -> categories.stream().anyMatch(category -> own.containsKey((int) category.id()));
      case NAME ->
          categories.stream()
              .anyMatch(
                  category ->
                      own.values().stream()
                          .anyMatch(
                              name -> matching.renamed().category(name).equals(category.name())));
    };
  }
}
