package dev.boxmill.job.train;

import dev.boxmill.image.UnreadableImageException;
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
final class LoadedGroup implements AutoCloseable {

  private final List<LoadedImage> images = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();

  private LoadedGroup() {}

  /** An image that can be used, or the reason why not. */
  private record LoadResult(LoadedImage image, String why) {}

  /** In the group's order. */
  static LoadedGroup read(ImageGroup group, ResidentDetector resident, Configuration hadoop) {
    List<CompletableFuture<LoadResult>> started = new ArrayList<>();
    for (AugmentedImage image : group.images()) {
      started.add(
          CompletableFuture.supplyAsync(() -> read(image, resident, hadoop), resident.readers()));
    }
    LoadedGroup loaded = new LoadedGroup();
    started.stream().map(CompletableFuture::join).forEach(loaded::add);
    return loaded;
  }

  /**
   * The same where no image may be missing.
   *
   * @throws IllegalStateException if one can't be used
   */
  static LoadedGroup readWhole(ImageGroup group, ResidentDetector resident, Configuration hadoop) {
    LoadedGroup loaded = read(group, resident, hadoop);
    if (!loaded.lost.isEmpty()) {
      loaded.close();
      throw new IllegalStateException(
          String.join("; ", loaded.lost) + " (validation needs every held-out image)");
    }
    return loaded;
  }

  private static LoadResult read(
      AugmentedImage image, ResidentDetector resident, Configuration hadoop) {
    try {
      return new LoadResult(
          new LoadedImage(image, image.image().resized(resident, image.augmentation(), hadoop)),
          null);
    } catch (UnreadableImageException e) {
      return new LoadResult(
          null, "Cannot use " + image.image().file().uri() + ": " + e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      return new LoadResult(null, e.getMessage());
    }
  }

  private void add(LoadResult outcome) {
    if (outcome.image() == null) {
      lost.add(outcome.why());
    } else {
      images.add(outcome.image());
    }
  }

  /** FailureReason why images are missing. */
  List<String> lost() {
    return lost;
  }

  /** Those of one exact size go through the network together. */
  Collection<List<LoadedImage>> byPixels() {
    Map<ImageSize, List<LoadedImage>> bySize = new LinkedHashMap<>();
    for (LoadedImage image : images) {
      bySize.computeIfAbsent(image.picture().size(), size -> new ArrayList<>()).add(image);
    }
    return bySize.values();
  }

  @Override
  public void close() {
    images.forEach(LoadedImage::close);
  }
}
