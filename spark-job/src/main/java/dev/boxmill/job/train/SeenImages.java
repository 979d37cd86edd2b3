package dev.boxmill.job.train;

import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.detr.image.UnreadableImageException;
import dev.boxmill.job.session.ResidentDetector;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/** The images of a task, read and resized on other threads ahead of their use, in their order. */
final class SeenImages {

  private final ResidentDetector resident;
  private final Configuration hadoop;
  private final Deque<Pending> ahead = new ArrayDeque<>();

  /** An image on its way; {@code why} tells in the end why it can't be had. */
  private record Pending(PosedImage image, CompletableFuture<Prepared> prepared) {}

  private record Prepared(ResizedPicture picture, String why) {}

  SeenImages(ResidentDetector resident, Configuration hadoop) {
    this.resident = resident;
    this.hadoop = hadoop;
  }

  /**
   * Goes through them.
   *
   * @param use gets each image and its picture, which is freed after it
   * @param lost gets the reason why an image can't be had
   */
  void forEach(
      Iterator<PosedImage> images,
      BiConsumer<PosedImage, ResizedPicture> use,
      Consumer<String> lost) {
    try {
      while (images.hasNext() || !ahead.isEmpty()) {
        while (ahead.size() < resident.imagesInFlight() && images.hasNext()) {
          PosedImage image = images.next();
          ahead.add(
              new Pending(
                  image, CompletableFuture.supplyAsync(() -> prepare(image), resident.readers())));
        }
        use(ahead.remove(), use, lost);
      }
    } finally {
      ahead.forEach(SeenImages::free);
      ahead.clear();
    }
  }

  private static void use(
      Pending pending, BiConsumer<PosedImage, ResizedPicture> use, Consumer<String> lost) {
    Prepared prepared = pending.prepared().join();
    if (prepared.picture() == null) {
      lost.accept(prepared.why());
      return;
    }
    try (ResizedPicture picture = prepared.picture()) {
      use.accept(pending.image(), picture);
    }
  }

  private Prepared prepare(PosedImage image) {
    try {
      return new Prepared(image.image().resized(resident.detector(), image.pose(), hadoop), null);
    } catch (UnreadableImageException e) {
      return new Prepared(null, "Cannot use " + image.image().file().uri() + ": " + e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      return new Prepared(null, e.getMessage());
    }
  }

  private static void free(Pending pending) {
    pending.prepared().thenAccept(SeenImages::free);
  }

  private static void free(Prepared prepared) {
    if (prepared.picture() != null) {
      prepared.picture().close();
    }
  }
}
