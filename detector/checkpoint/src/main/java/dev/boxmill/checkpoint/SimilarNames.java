package dev.boxmill.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Finds what a name that doesn't exist was probably meant to be, by edit distance. */
final class SimilarNames {

  private static final int MOST = 2;

  /** Longer names than any network's are not compared, as that takes long. */
  private static final int LONGEST = 500;

  /** More names than any detector's are not compared either. */
  private static final int MOST_NAMES = 4096;

  private SimilarNames() {}

  private record Candidate(String name, int distance) {}

  /** The names nearest to {@code wanted}, or "none" where all are far away. */
  static String among(Collection<String> names, String wanted) {
    String near =
        names.stream()
            .limit(MOST_NAMES)
            .filter(name -> name.length() <= LONGEST)
            .filter(name -> Math.abs(name.length() - wanted.length()) <= limit(wanted))
            .map(name -> new Candidate(name, distance(name, wanted)))
            .filter(candidate -> candidate.distance() <= limit(wanted))
            .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
            .limit(MOST)
            .map(candidate -> MessageText.text(candidate.name()))
            .collect(Collectors.joining(", "));
    return near.isEmpty() ? "none" : near;
  }

  /** A third of the name may differ: renamed prefixes and modules are that far apart. */
  private static int limit(String wanted) {
    return Math.max(2, wanted.length() / 3);
  }

  /** Levenshtein distance, with one row of the table kept. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
