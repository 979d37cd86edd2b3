package dev.boxmill.job.session;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.PreparedImage.Lost;
import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.job.session.ShapeBuckets.PendingImage;
import dev.boxmill.job.session.TaskRows.Settled;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Labels the images of one task on its executor's resident detector: other threads read, decode and
 * resize ahead, images of one exact shape go through the network together, those of other tasks
 * among them.
 */
final class PipelinedLabeler implements ImageLabeler {
  private final ResidentDetector resident;
  private final ShapeBuckets buckets;
  private final StageTimes times;
  private final Function<List<Resized>, List<LabelRow>> work;
  private final TaskRows rows = new TaskRows();
  private Optional<ReadAhead<ImageInput, PreparedImage>> images = Optional.empty();

  /** Pictures that were given to the buckets and have not been settled. */
  private int outstanding;

  private boolean closed;

  private PipelinedLabeler(
      ResidentDetector resident,
      StageTimes times,
      Function<List<Resized>, List<LabelRow>> work,
      ShapeBuckets buckets) {
    this.resident = resident;
    this.times = times;
    this.work = work;
    this.buckets = buckets;
  }

  /**
   * For other work on pictures than finding objects, in batches of the task's own.
   *
   * @param resident held until this is closed
   * @param work gives a row for each picture of a batch, in order
   */
  PipelinedLabeler(
      ResidentDetector resident, StageTimes times, Function<List<Resized>, List<LabelRow>> work) {
    this(resident, times, work, new ShapeBuckets(resident.batchImages()));
  }

  /**
   * One that finds objects, in batches that it shares with other tasks on the device.
   *
   * @param resident held until this is closed
   */
  static PipelinedLabeler detecting(
      ResidentDetector resident, StageTimes times, BatchNetwork network) {
    return new PipelinedLabeler(
        resident, times, batch -> detected(resident, network, batch), resident.buckets());
  }

  @Override
  public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
    ReadAhead<ImageInput, PreparedImage> ahead =
        new ReadAhead<>(
            inputs,
            (input, out) -> PreparedImage.prepare(input, resident, times, out),
            resident.readers(),
            resident.imagesInFlight());
    images = Optional.of(ahead);
    return new Rows(ahead);
  }

  /** Frees what was read ahead and nobody took. */
  @Override
  public void close() {
    images.ifPresent(ahead -> ahead.discard(PipelinedLabeler::free));
    images = Optional.empty();
    buckets.withdraw(rows).forEach(PipelinedLabeler::free);
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

    Rows(ReadAhead<ImageInput, PreparedImage> ahead) {
      this.ahead = ahead;
    }

    @Override
    public boolean hasNext() {
      return outstanding > 0 || ahead.hasMore();
    }

    @Override
    public LabelRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException("All images of the task are labeled");
      }
      try {
        Optional<LabelRow> made = Optional.empty();
        while (made.isEmpty()) {
          made = settled();
        }
        return made.get();
      } catch (InterruptedException killed) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("The task was killed", killed);
      }
    }

    /** The row that one more picture completes; empty if there is none. */
    private Optional<LabelRow> settled() throws InterruptedException {
      Optional<Settled> one = rows.poll();
      while (one.isEmpty()) {
        one = advance();
      }
      outstanding--;
      return one.get().row();
    }

    /** One step toward a row: a picture to its bucket, a batch computed, or a row awaited. */
    private Optional<Settled> advance() throws InterruptedException {
      int most = resident.imagesInFlight();
      ahead.start(most - outstanding);
      if (ahead.pending() > 0 && outstanding < most) {
        give(times.time(Stage.WAIT_FOR_PICTURES, ahead::take));
        return rows.poll();
      }
      Optional<List<PendingImage>> batch = buckets.takeFullestWith(rows);
      if (batch.isPresent()) {
        compute(batch.get());
        return rows.poll();
      }
      return Optional.of(times.time(Stage.WAIT_FOR_DEVICE, rows::take));
    }
  }

  private void give(PreparedImage image) {
    outstanding++;
    if (image instanceof Lost lost) {
      rows.put(lost.row());
    } else if (image instanceof Resized resized) {
      buckets.add(new PendingImage(resized, rows)).ifPresent(this::compute);
    }
  }

  /**
   * Rows go to the tasks that the images belong to; so does a fault that no image is to blame for.
   */
  private void compute(List<PendingImage> batch) {
    List<Resized> pictures = batch.stream().map(PendingImage::image).toList();
    try {
      List<LabelRow> made = SplitBatch.run(pictures, work, PipelinedLabeler::failed);
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).rows().put(pictures.get(i).settle(made.get(i)));
      }
    } catch (RuntimeException | Error fault) {
      batch.stream().map(PendingImage::rows).distinct().forEach(tasks -> tasks.fail(fault));
    } finally {
      pictures.forEach(PipelinedLabeler::free);
    }
  }

  private static List<LabelRow> detected(
      ResidentDetector resident, BatchNetwork network, List<Resized> batch) {
    List<List<Detection>> detections =
        network.detections(batch.stream().map(Resized::picture).toList());
    List<LabelRow> rows = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      rows.add(row(resident, batch.get(i), detections.get(i)));
    }
    return rows;
  }

  private static LabelRow row(
      ResidentDetector resident, Resized image, List<Detection> detections) {
    List<LabeledBox> boxes =
        RefinedBoxes.kept(
            detections, resident.minScore(), detection -> box(resident, image, detection));
    return new LabelRow.Labeled(
        image.uri(), Optional.of(image.sha256()), Optional.of(image.imageSize()), boxes);
  }

  private static LabeledBox box(ResidentDetector resident, Resized image, Detection detection) {
    return new LabeledBox(
        detection.labelId(),
        resident.detector().classNames().get(detection.labelId()),
        detection.score(),
        image.corners(detection.box()),
        image.corners(detection.detectorBox()));
  }

  private static LabelRow failed(Resized image, Throwable why) {
    return DeviceFaults.row(
        image.uri(), Optional.of(image.sha256()), Optional.of(image.imageSize()), why);
  }
}
