package dev.boxmill.job.session;

import dev.boxmill.job.session.PreparedImage.Lost;
import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabelledBox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;

/**
 * Labels the images of one task on its executor's resident detector: other threads read, decode and
 * resize ahead, images of one exact shape go through the network together.
 */
final class PipelinedLabeler implements ImageLabeler {
  private static final Comparator<Detection> BY_SCORE =
      Comparator.comparing(Detection::score)
          .reversed()
          .thenComparing(Detection::query)
          .thenComparing(Detection::labelId);

  private final ResidentDetector resident;
  private final ShapeBuckets buckets;
  private final StageTimes times;
  private final Function<List<Resized>, List<LabelRow>> work;
  private Optional<ReadAhead<ImageInput, PreparedImage>> images = Optional.empty();
  private boolean closed;

  /**
   * @param resident held until this is closed
   */
  PipelinedLabeler(ResidentDetector resident, StageTimes times) {
    this.resident = resident;
    this.times = times;
    this.work = this::detected;
    this.buckets = new ShapeBuckets(resident.batchImages());
  }

  /**
   * For other work on pictures than finding objects.
   *
   * @param resident held until this is closed
   * @param work gives a row for each picture of a batch, in order
   */
  PipelinedLabeler(
      ResidentDetector resident, StageTimes times, Function<List<Resized>, List<LabelRow>> work) {
    this.resident = resident;
    this.times = times;
    this.work = work;
    this.buckets = new ShapeBuckets(resident.batchImages());
  }

  @Override
  public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
    ReadAhead<ImageInput, PreparedImage> ahead =
        new ReadAhead<>(
            inputs, input -> PreparedImage.of(input, resident, times), resident.readers());
    images = Optional.of(ahead);
    return new Rows(ahead);
  }

  /** Frees what was read ahead and nobody took. */
  @Override
  public void close() {
    images.ifPresent(ahead -> ahead.discard(PipelinedLabeler::free));
    images = Optional.empty();
    for (var rest = buckets.takeFullest(); rest.isPresent(); rest = buckets.takeFullest()) {
      rest.get().forEach(PipelinedLabeler::free);
    }
    if (!closed) {
      closed = true;
      resident.release();
    }
  }

  private static void free(PreparedImage image) {
    if (image instanceof Resized resized) {
      resized.picture().close();
    }
  }

  private final class Rows implements Iterator<LabelRow> {
    private final ReadAhead<ImageInput, PreparedImage> ahead;
    private final Queue<LabelRow> ready = new ArrayDeque<>();

    Rows(ReadAhead<ImageInput, PreparedImage> ahead) {
      this.ahead = ahead;
    }

    @Override
    public boolean hasNext() {
      return !ready.isEmpty() || buckets.waiting() > 0 || ahead.hasMore();
    }

    @Override
    public LabelRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException("All images of the task are labelled");
      }
      while (ready.isEmpty()) {
        advance();
      }
      return ready.remove();
    }

    private void advance() {
      ahead.start(resident.imagesInFlight() - buckets.waiting());
      if (ahead.pending() == 0) {
        buckets.takeFullest().ifPresent(batch -> ready.addAll(labelled(batch)));
        return;
      }
      PreparedImage image = taken();
      if (image instanceof Lost lost) {
        ready.add(lost.row());
      } else if (image instanceof Resized resized) {
        buckets.add(resized).ifPresent(batch -> ready.addAll(labelled(batch)));
      }
    }

    private PreparedImage taken() {
      try {
        return times.time(Stage.WAIT_FOR_PICTURES, ahead::take);
      } catch (InterruptedException killed) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("The task was killed", killed);
      }
    }
  }

  private List<LabelRow> labelled(List<Resized> batch) {
    try {
      return SplitBatch.run(batch, work, PipelinedLabeler::failed);
    } finally {
      batch.forEach(PipelinedLabeler::free);
    }
  }

  private List<LabelRow> detected(List<Resized> batch) {
    List<List<Detection>> detections =
        resident.detections(batch.stream().map(Resized::picture).toList(), times);
    List<LabelRow> rows = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      rows.add(row(batch.get(i), detections.get(i)));
    }
    return rows;
  }

  private LabelRow row(Resized image, List<Detection> detections) {
    List<LabelledBox> boxes =
        detections.stream()
            .filter(detection -> detection.score() > resident.minScore())
            .sorted(BY_SCORE)
            .map(detection -> box(image, detection))
            .toList();
    return new LabelRow.Labelled(
        image.uri(), Optional.of(image.sha256()), Optional.of(image.picture().original()), boxes);
  }

  private LabelledBox box(Resized image, Detection detection) {
    return new LabelledBox(
        detection.labelId(),
        resident.detector().labels().get(detection.labelId()),
        detection.score(),
        detection.box().corners(image.picture().original()),
        detection.detectorBox().corners(image.picture().original()));
  }

  private static LabelRow failed(Resized image, Throwable why) {
    return DeviceFaults.row(
        image.uri(), Optional.of(image.sha256()), Optional.of(image.picture().original()), why);
  }
}
