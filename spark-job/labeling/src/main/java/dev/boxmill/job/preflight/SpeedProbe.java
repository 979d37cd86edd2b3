package dev.boxmill.job.preflight;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.run.TaskSlot;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.LabelRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Labels some images of a task as a run does. The first one is labeled alone and not timed: on its
 * way threads start and kernels are chosen.
 *
 * @param images of a task at most
 * @param tasks that measure; others end at once
 */
record SpeedProbe(
    PreparedLabeler labeler, int images, int tasks, Broadcast<SerializableConfiguration> hadoop)
    implements Function2<Integer, Iterator<ImageInput>, Iterator<Speed>> {

  /** A network that is slower than that for all its images has shown how slow it is. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  @Override
  public Iterator<Speed> call(Integer task, Iterator<ImageInput> inputs) {
    if (task >= tasks || !inputs.hasNext()) {
      return Collections.emptyIterator();
    }
    AtomicLong bytes = new AtomicLong();
    List<ImageInput> chosen = new ArrayList<>();
    while (chosen.size() < images && inputs.hasNext()) {
      chosen.add(counted(inputs.next(), bytes));
    }
    ExecutorSlot slot = TaskSlot.of(TaskContext.get(), hadoop.value().value());
    return List.of(measured(chosen, slot, bytes)).iterator();
  }

  private Speed measured(List<ImageInput> chosen, ExecutorSlot slot, AtomicLong bytes) {
    SpeedTotals tally = new SpeedTotals();
    long started = System.nanoTime();
    label(chosen.subList(0, 1), slot, tally);
    if (chosen.size() > 1) {
      started = System.nanoTime();
      label(chosen.subList(1, chosen.size()), slot, tally);
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    long timed = Math.max(1, tally.labeled + tally.failed - 1);
    return new Speed(tally.labeled, tally.failed, tally.failure, bytes.get(), timed, seconds);
  }

  private void label(List<ImageInput> inputs, ExecutorSlot slot, SpeedTotals tally) {
    long end = System.nanoTime() + LONGEST.toNanos();
    try (ImageLabeler opened = labeler.open(slot, new StageTimes())) {
      Iterator<LabelRow> rows = opened.label(inputs.iterator());
      while (rows.hasNext() && System.nanoTime() < end) {
        tally.add(rows.next());
      }
    }
  }

  private static ImageInput counted(ImageInput input, AtomicLong bytes) {
    return new ImageInput(
        input.uri(),
        () -> {
          byte[] content = input.content().read();
          bytes.addAndGet(content.length);
          return content;
        });
  }

  private static final class SpeedTotals {
    private long labeled;
    private long failed;
    private String failure = "";

    private void add(LabelRow row) {
      if (row instanceof LabelRow.Failed lost) {
        failed++;
        failure = failure.isEmpty() ? lost.message() : failure;
      } else {
        labeled++;
      }
    }
  }
}
