package dev.boxmill.job.source;

import dev.boxmill.job.images.Omission;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.util.CollectionAccumulator;

/** Entries of archives that have no row, counted by the tasks that read the archives. */
final class OmittedEntries implements Serializable {

  private static final long serialVersionUID = 1;

  /** Lines of count, reason and archive: a task that is tried again says the same again. */
  private final CollectionAccumulator<String> lines;

  OmittedEntries(SparkContext context) {
    this.lines = context.collectionAccumulator();
  }

  void add(String archive, Map<Omission, Long> omitted) {
    omitted.forEach((reason, count) -> lines.add(count + " " + reason + " " + archive));
  }

  /** One line for each reason, for the user. */
  List<String> notes() {
    Set<String> all;
    synchronized (lines.value()) {
      all = new HashSet<>(lines.value());
    }
    Map<Omission, Long> sums = new EnumMap<>(Omission.class);
    for (String line : all) {
      String[] parts = line.split(" ", 3);
      sums.merge(Omission.valueOf(parts[1]), Long.valueOf(parts[0]), Long::sum);
    }
    return sums.entrySet().stream()
        .map(sum -> "Left out in archives: " + sum.getKey().note(sum.getValue()))
        .toList();
  }
}
