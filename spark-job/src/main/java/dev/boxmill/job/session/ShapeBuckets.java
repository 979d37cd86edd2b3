package dev.boxmill.job.session;

import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Images waiting for company of their exact shape: a batch is never padded, so that no label
 * depends on its batch.
 */
final class ShapeBuckets {
  private final int batchImages;
  private final Map<ImageSize, List<Resized>> buckets = new LinkedHashMap<>();
  private int waiting;

  ShapeBuckets(int batchImages) {
    this.batchImages = batchImages;
  }

  /** Adds an image; gives the batch that it completes, if any. */
  Optional<List<Resized>> add(Resized image) {
    ImageSize shape = image.picture().size();
    List<Resized> bucket = buckets.computeIfAbsent(shape, key -> new ArrayList<>());
    bucket.add(image);
    waiting++;
    return bucket.size() < batchImages ? Optional.empty() : Optional.of(remove(shape));
  }

  /** The fullest bucket, full or not; empty if nothing waits. */
  Optional<List<Resized>> takeFullest() {
    return buckets.entrySet().stream()
        .max(Comparator.comparingInt(entry -> entry.getValue().size()))
        .map(entry -> remove(entry.getKey()));
  }

  int waiting() {
    return waiting;
  }

  private List<Resized> remove(ImageSize shape) {
    List<Resized> batch = buckets.remove(shape);
    waiting -= batch.size();
    return batch;
  }
}
