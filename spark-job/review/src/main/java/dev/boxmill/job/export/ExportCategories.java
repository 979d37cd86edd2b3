package dev.boxmill.job.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes of a table, by their ids and names.
 *
 * @param all ordered by id, then by name
 */
record ExportCategories(List<Category> all, Map<Label, Category> byLabel) {

  /** A class as the label table names it. */
  record Label(int id, String name) {}

  /**
   * A class as an export names it.
   *
   * @param index from 0, in order
   * @param id the detector's
   */
  record Category(int index, int id, String name) {}

  ExportCategories {
    all = List.copyOf(all);
    byLabel = Map.copyOf(byLabel);
  }

  /**
   * Keeps the detector's ids where each names one class and each class has one; a table that two
   * detectors made gets one class per name, numbered from 1.
   */
  static ExportCategories of(List<Label> labels) {
    List<Label> sorted = new ArrayList<>(labels);
    sorted.sort(Comparator.comparingInt(Label::id).thenComparing(Label::name));
    return oneToOne(sorted) ? numberedAsFound(sorted) : numberedAnew(sorted);
  }

  Category of(int id, String name) {
    return byLabel.get(new Label(id, name));
  }

  private static boolean oneToOne(List<Label> labels) {
    Set<Integer> ids = new HashSet<>();
    Set<String> names = new HashSet<>();
    return labels.stream().allMatch(label -> ids.add(label.id) && names.add(label.name));
  }

  private static ExportCategories numberedAsFound(List<Label> labels) {
    List<Category> all = new ArrayList<>();
    Map<Label, Category> byLabel = new HashMap<>();
    for (Label label : labels) {
      Category category = new Category(all.size(), label.id, label.name);
      all.add(category);
      byLabel.put(label, category);
    }
    return new ExportCategories(all, byLabel);
  }

  private static ExportCategories numberedAnew(List<Label> labels) {
    Map<String, Category> byName = new HashMap<>();
    List<Category> all = new ArrayList<>();
    Map<Label, Category> byLabel = new HashMap<>();
    for (Label label : labels) {
      Category category = byName.get(label.name);
      if (category == null) {
        category = new Category(all.size(), all.size() + 1, label.name);
        byName.put(label.name, category);
        all.add(category);
      }
      byLabel.put(label, category);
    }
    return new ExportCategories(all, byLabel);
  }
}
