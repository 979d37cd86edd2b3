package dev.boxmill.job.train;

import dev.boxmill.detr.image.UnreadableImageException;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;

/** Images of a group, read and resized by the executor's reading threads side by side. */
final class SeenGroup implements AutoCloseable {

  private final List<SeenImage> images = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();

  private SeenGroup() {}

  /** An image that can be used, or the reason why not. */
  private record Outcome(SeenImage image, String why) {}

  /** In the group's order. */
  static SeenGroup read(ImageGroup group, ResidentDetector resident, Configuration hadoop) {
    List<CompletableFuture<Outcome>> started = new ArrayList<>();
    for (PosedImage image : group.images()) {
      started.add(
          CompletableFuture.supplyAsync(() -> read(image, resident, hadoop), resident.readers()));
    }
    SeenGroup seen = new SeenGroup();
    started.stream().map(CompletableFuture::join).forEach(seen::add);
    return seen;
  }

  private static Outcome read(PosedImage image, ResidentDetector resident, Configuration hadoop) {
    try {
      return new Outcome(
          new SeenImage(image, image.image().resized(resident.detector(), image.pose(), hadoop)),
          null);
    } catch (UnreadableImageException e) {
      return new Outcome(null, "Cannot use " + image.image().file().uri() + ": " + e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      return new Outcome(null, e.getMessage());
    }
  }

  private void add(Outcome outcome) {
    if (outcome.image() == null) {
      lost.add(outcome.why());
    } else {
      images.add(outcome.image());
    }
  }

  /** Reasons why images are missing. */
  List<String> lost() {
    return lost;
  }

  /** Those of one exact size go through the network together. */
  Collection<List<SeenImage>> byPixels() {
    Map<ImageSize, List<SeenImage>> bySize = new LinkedHashMap<>();
    for (SeenImage image : images) {
      bySize.computeIfAbsent(image.picture().size(), size -> new ArrayList<>()).add(image);
    }
    return bySize.values();
  }

  @Override
  public void close() {
    images.forEach(SeenImage::close);
  }
}
