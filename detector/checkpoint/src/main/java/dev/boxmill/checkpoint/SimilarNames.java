package dev.boxmill.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what a name that doesn't exist was probably meant to be, by edit distance. */
final class SimilarNames {

  private static final int MOST = 2;

  /** Longer names than any network's are not compared, as that takes long. */
  private static final int LONGEST = 500;

  /** More names than any detector's are not compared either. */
  private static final int MOST_NAMES = 4096;

  private SimilarNames() {}

  /** A distance beyond the limit is -1. */
  private record Candidate(String name, int distance) {}

  /** The names nearest to {@code wanted}, or "none" where all are far away. */
  static String among(Collection<String> names, String wanted) {
    LevenshteinDistance nearby = new LevenshteinDistance(limit(wanted));
    String near =
        names.stream()
            .limit(MOST_NAMES)
            .filter(name -> name.length() <= LONGEST)
            .map(name -> new Candidate(name, nearby.apply(name, wanted)))
            .filter(candidate -> candidate.distance() >= 0)
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
}
