package dev.boxmill.job.compare;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** What was found in some images: counts, and the names of those that differ most. */
final class Differences implements Serializable {

  private static final long serialVersionUID = 1;

  /** The one that differs least is the least. */
  private record Ranked(double difference, String uri) implements Comparable<Ranked>, Serializable {

    private static final Comparator<Ranked> ORDER =
        Comparator.comparingDouble(Ranked::difference)
            .thenComparing(Ranked::uri, Comparator.reverseOrder());

    @Override
    public int compareTo(Ranked other) {
      return ORDER.compare(this, other);
    }
  }

  private final int limit;
  private final ChangeCounts counts = new ChangeCounts();
  private final PriorityQueue<Ranked> most = new PriorityQueue<>();

  /**
   * @param limit most names to keep
   */
  Differences(int limit) {
    this.limit = limit;
  }

  Differences add(ComparedImage image) {
    counts.add(image);
    if (image.differs()) {
      keep(new Ranked(image.difference(), image.uri()));
    }
    return this;
  }

  Differences add(Differences other) {
    counts.add(other.counts);
    other.most.forEach(this::keep);
    return this;
  }

  private void keep(Ranked image) {
    most.add(image);
    if (most.size() > limit) {
      most.remove();
    }
  }

  ChangeCounts counts() {
    return counts;
  }

  /** Addresses of the images that differ most, most first. */
  List<String> most() {
    return most.stream().sorted(Comparator.reverseOrder()).map(Ranked::uri).toList();
  }
}
