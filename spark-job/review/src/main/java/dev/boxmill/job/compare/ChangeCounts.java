package dev.boxmill.job.compare;

import dev.boxmill.job.compare.ComparedImage.Presence;
import java.io.Serializable;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How many boxes of each class changed how; grows as images are added. */
final class ChangeCounts implements Serializable {

  private static final long serialVersionUID = 1;

  private final TreeMap<String, long[]> byLabel = new TreeMap<>();
  private final TreeMap<String, Long> classChanges = new TreeMap<>();
  private final EnumMap<Presence, Long> presences = new EnumMap<>(Presence.class);
  private long differing;
  private long otherFiles;

  void add(ComparedImage image) {
    presences.merge(image.presence(), 1L, Long::sum);
    differing += image.differs() ? 1 : 0;
    otherFiles += image.sameFile() ? 0 : 1;
    for (BoxPair pair : image.pairs()) {
      counts(pair.label())[pair.change().ordinal()]++;
      if (pair.change() == Change.CLASS_CHANGED) {
        classChanges.merge(pair.labels(), 1L, Long::sum);
      }
    }
  }

  void add(ChangeCounts other) {
    other.byLabel.forEach(
        (label, counts) -> {
          long[] sum = counts(label);
          for (int i = 0; i < sum.length; i++) {
            sum[i] += counts[i];
          }
        });
    other.classChanges.forEach((labels, count) -> classChanges.merge(labels, count, Long::sum));
    other.presences.forEach((presence, count) -> presences.merge(presence, count, Long::sum));
    differing += other.differing;
    otherFiles += other.otherFiles;
  }

  private long[] counts(String label) {
    return byLabel.computeIfAbsent(label, none -> new long[Change.values().length]);
  }

  /** Classes by name. */
  Set<String> labels() {
    return byLabel.keySet();
  }

  long of(String label, Change change) {
    return byLabel.get(label)[change.ordinal()];
  }

  long of(Change change) {
    return byLabel.values().stream().mapToLong(counts -> counts[change.ordinal()]).sum();
  }

  /** Classes before and after, the most frequent first. */
  List<Map.Entry<String, Long>> classChanges() {
    return classChanges.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .toList();
  }

  long images(Presence presence) {
    return presences.getOrDefault(presence, 0L);
  }

  /** Images that both runs labelled, with any change but a kept box. */
  long differing() {
    return differing;
  }

  /** Images whose bytes were others in the second run. */
  long otherFiles() {
    return otherFiles;
  }
}
