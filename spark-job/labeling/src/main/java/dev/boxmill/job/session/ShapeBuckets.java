package dev.boxmill.job.session;

import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Images waiting for company of their exact shape: a batch is never padded, so that no label
 * depends on its batch. Tasks that share a device share its buckets; the one that completes a batch
 * computes it for all.
 */
final class ShapeBuckets {

  /**
   * An image of a batch.
   *
   * @param rows of the task that it belongs to
   */
  record Waiting(Resized image, TaskRows rows) {}

  private final int batchImages;
  private final Map<ImageSize, List<Waiting>> buckets = new LinkedHashMap<>();

  ShapeBuckets(int batchImages) {
    this.batchImages = batchImages;
  }

  /** Adds an image; gives the batch that it completes, if any. */
  synchronized Optional<List<Waiting>> add(Waiting one) {
    ImageSize shape = one.image().picture().size();
    List<Waiting> bucket = buckets.computeIfAbsent(shape, key -> new ArrayList<>());
    bucket.add(one);
    return bucket.size() < batchImages ? Optional.empty() : Optional.of(buckets.remove(shape));
  }

  /** The fullest bucket with an image of that task, full or not; empty if none of its waits. */
  synchronized Optional<List<Waiting>> takeFullestWith(TaskRows rows) {
    return buckets.entrySet().stream()
        .filter(bucket -> bucket.getValue().stream().anyMatch(of(rows)))
        .max(Comparator.comparingInt(bucket -> bucket.getValue().size()))
        .map(bucket -> buckets.remove(bucket.getKey()));
  }

  /** How many images wait, of all tasks. */
  synchronized int waiting() {
    return buckets.values().stream().mapToInt(List::size).sum();
  }

  /** All images of that task that wait, for a task that ends early. */
  synchronized List<Resized> withdraw(TaskRows rows) {
    List<Resized> withdrawn = new ArrayList<>();
    for (List<Waiting> bucket : buckets.values()) {
      bucket.stream().filter(of(rows)).map(Waiting::image).forEach(withdrawn::add);
      bucket.removeIf(of(rows));
    }
    buckets.values().removeIf(List::isEmpty);
    return withdrawn;
  }

  private static Predicate<Waiting> of(TaskRows rows) {
    return one -> one.rows() == rows;
  }
}
