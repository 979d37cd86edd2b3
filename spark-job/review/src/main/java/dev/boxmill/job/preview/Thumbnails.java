package dev.boxmill.job.preview;

import dev.boxmill.image.DecodeBudget;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.ScaledReading;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.images.StoredImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** Fetches the sampled pictures, several at a time, and makes them small. */
record Thumbnails(Configuration hadoop, int edge) {
  private static final int THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());

  private static final ImageDecoder DECODER = new ImageDecoder();

  /** Several pictures are fetched at once: all together take what a single large one may take. */
  private static final DecodeBudget BUDGET = new DecodeBudget(ImageDecoder.DEFAULT_PIXEL_LIMIT);

  /** What lies further in an archive is not worth the wait for a preview. */
  private static final long MOST_ARCHIVE_BYTES = 1L << 30;

  /** A thumbnail for each image, by address. */
  Map<String, Thumbnail> of(List<String> images) throws IOException {
    StoredImages stored = new StoredImages(hadoop, MOST_ARCHIVE_BYTES);
    Map<String, List<String>> containers =
        images.stream().collect(Collectors.groupingBy(stored::container, Collectors.toList()));
    Map<String, Thumbnail> thumbnails = new ConcurrentHashMap<>();
    List<Callable<Void>> tasks = new ArrayList<>();
    containers.forEach((container, uris) -> tasks.add(task(container, uris, thumbnails)));
    run(tasks);
    return thumbnails;
  }

  private Callable<Void> task(
      String container, Collection<String> uris, Map<String, Thumbnail> thumbnails) {
    return () -> {
      boolean inTable = !uris.contains(container) && ImageNames.isParquet(container);
      String problem = inTable ? "its bytes lie in a Parquet table" : "it was not found again";
      try {
        new StoredImages(hadoop, MOST_ARCHIVE_BYTES)
            .read(container, uris, (uri, bytes) -> thumbnails.put(uri, thumbnail(bytes)));
      } catch (IOException | RuntimeException e) { // a store's own exceptions are of any kind
        problem = "it could not be read again, " + reason(e, container);
      }
      for (String uri : uris) {
        thumbnails.putIfAbsent(uri, Thumbnail.missing(problem));
      }
      return null;
    };
  }

  private static String reason(Exception failure, String container) {
    String reason = FailureReason.of(failure).lines().findFirst().orElse("");
    String prefix = "Cannot read " + container + ": ";
    return reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason;
  }

  private Thumbnail thumbnail(byte[] file) {
    try {
      ScaledReading reading = DECODER.scaled(file, whole -> SmallJpeg.size(whole, edge));
      return Thumbnail.of(
          BUDGET.decode(
              reading.reduced(), () -> SmallJpeg.of(reading.read(), reading.size(), edge)));
    } catch (UnreadableImageException | UncheckedIOException e) {
      return Thumbnail.missing("it could not be decoded for the preview");
    } catch (OutOfMemoryError e) { // of one picture's buffer: no reason to lose the page
      return Thumbnail.missing("it is too large for the preview");
    }
  }

  private static void run(List<Callable<Void>> tasks) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot fetch pictures: stopped while waiting", e);
    } catch (ExecutionException e) {
      throw new IOException("Cannot fetch pictures: " + e.getCause(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }
}
