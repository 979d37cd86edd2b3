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
  /** Only in the second run: an object that the first had no box of. */
  APPEARED,
  /** Only in the first run: an object that the second has no box of. */
  VANISHED,
  /** Only in the first run, and another box of the second run is there: a duplicate left out. */
  STILL_COVERED,
  /** Only in the second run, and another box of the first run was there: a new duplicate. */
  DOUBLED;

  /** As in JSON. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As people read it. */
  String title() {
    return key().replace('_', ' ');
  }

  /** What it says of the two runs, A and B, in a few words. */
  String note() {
    return switch (this) {
      case KEPT -> "as they were";
      case MOVED -> "same object, another place";
      case CLASS_CHANGED -> "same object, another class";
      case APPEARED -> "no box in A";
      case VANISHED -> "no box in B";
      case STILL_COVERED -> "in A alone, by another box of B";
      case DOUBLED -> "in B alone, beside another box of A";
    };
  }

  static List<String> titles() {
    return Arrays.stream(values()).map(Change::title).toList();
  }
}
