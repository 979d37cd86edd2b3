package dev.boxmill.job.fuse;

import dev.boxmill.schemas.LabeledBox;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The classes of several tables: those of one name are one class. It has the number that the first
 * table gives it, or a new one where another class has that number.
 *
 * @param ids by name
 * @param renamed names that are other names in the tables
 */
record MergedClasses(Map<String, Integer> ids, Map<String, String> renamed)
    implements Serializable {

  MergedClasses {
    ids = new LinkedHashMap<>(ids);
    renamed = new LinkedHashMap<>(renamed);
  }

  /**
   * Brings classes together.
   *
   * @param tables numbers by the class's name, of each table
   */
  static MergedClasses of(List<Map<String, Integer>> tables, Map<String, String> renamed) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    List<String> waiting = new ArrayList<>();
    for (Map<String, Integer> table : tables) {
      List<Map.Entry<String, Integer>> byNumber = new ArrayList<>(table.entrySet());
      byNumber.sort(Map.Entry.comparingByValue());
      for (Map.Entry<String, Integer> entry : byNumber) {
        String name = renamed.getOrDefault(entry.getKey(), entry.getKey());
        if (ids.containsKey(name) || waiting.contains(name)) {
          continue;
        }
        if (ids.containsValue(entry.getValue())) {
          waiting.add(name);
        } else {
          ids.put(name, entry.getValue());
        }
      }
    }
    int next = 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    for (String name : waiting) {
      ids.put(name, next++);
    }
    return new MergedClasses(ids, renamed);
  }

  /** The box with the class's name and number of the fused table. */
  LabeledBox rename(LabeledBox box) {
    String name = name(box.label());
    return new LabeledBox(ids.get(name), name, box.score(), box.corners(), box.detectorCorners());
  }

  /** The name that a table's class has in the fused one. */
  String name(String label) {
    return renamed.getOrDefault(label, label);
  }

  /** Those names of a table's classes that the others do not know. */
  List<String> onlyOf(Collection<String> table, Collection<String> others) {
    List<String> known = others.stream().map(this::name).toList();
    return table.stream()
        .map(this::name)
        .filter(name -> !known.contains(name))
        .distinct()
        .sorted()
        .toList();
  }

  /** Names by number. */
  Map<Integer, String> names() {
    Map<Integer, String> names = new TreeMap<>();
    ids.forEach((name, id) -> names.put(id, name));
    return names;
  }
}
