package dev.boxmill.job.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What became of a box from the first run to the second. */
enum Change {
  /** Same class, nearly the same place. */
  KEPT,
  /** Same class, another place that overlaps. */
  MOVED,
  /** Overlapping place, another class. */
  CLASS_CHANGED,
  /** Only in the second run. */
  APPEARED,
  /** Only in the first run. */
  VANISHED;

  /** As in JSON. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As people read it. */
  String title() {
    return key().replace('_', ' ');
  }

  static List<String> titles() {
    return Arrays.stream(values()).map(Change::title).toList();
  }
}
