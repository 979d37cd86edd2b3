package dev.boxmill.job.run;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.Stage;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.LabelRow;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** What one Spark task does: opens the labeler on the task's device and turns inputs into rows. */
public final class TaskLabeling implements FlatMapFunction<Iterator<ImageInput>, Row> {

  private static final long serialVersionUID = 1;

  private final PreparedLabeler labeler;
  private final RunColumns columns;
  private final KeptColumns kept;
  private final Counters counters;
  private final Broadcast<SerializableConfiguration> hadoop;

  /** Of the contract's columns alone. */
  public TaskLabeling(
      PreparedLabeler labeler, Counters counters, Broadcast<SerializableConfiguration> hadoop) {
    this(labeler, KeptColumns.NONE, counters, hadoop);
  }

  /**
   * Of columns of the input too.
   *
   * @param kept that the rows carry along
   */
  public TaskLabeling(
      PreparedLabeler labeler,
      KeptColumns kept,
      Counters counters,
      Broadcast<SerializableConfiguration> hadoop) {
    this.labeler = labeler;
    this.kept = kept;
    this.columns = new RunColumns(labeler.model(), labeler.refiners(), labeler.fingerprint());
    this.counters = counters;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Row> call(Iterator<ImageInput> images) {
    Map<String, Row> underWay = new ConcurrentHashMap<>();
    Iterator<LabelRow> labeled = label(noting(images, underWay));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return labeled.hasNext();
      }

      @Override
      public Row next() {
        LabelRow next = labeled.next();
        Optional<Row> along = Optional.ofNullable(underWay.remove(next.imageUri()));
        return LabelRows.row(next, columns, Instant.now(), kept, along);
      }
    };
  }

  /** Labelers never see what is carried along. */
  private static Iterator<ImageInput> noting(Iterator<ImageInput> images, Map<String, Row> kept) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return images.hasNext();
      }

      @Override
      public ImageInput next() {
        ImageInput image = images.next();
        image.kept().ifPresent(row -> kept.put(image.uri(), row));
        return image;
      }
    };
  }

  /** Exactly one row for each input, in any order. */
  public Iterator<LabelRow> label(Iterator<ImageInput> images) {
    if (!images.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskContext task = TaskContext.get();
    StageTimes times = new StageTimes();
    long start = System.nanoTime();
    ImageLabeler opened =
        DeviceLoss.watched(() -> labeler.open(TaskSlot.of(task, hadoop()), times));
    task.addTaskCompletionListener(
        (TaskCompletionListener)
            ended -> {
              opened.close();
              times.addSince(Stage.TASK, start);
              counters.count(times);
            });
    OneRowPerInput checked = new OneRowPerInput(images, counters);
    return watched(checked.over(opened.label(checked.inputs())));
  }

  private static Iterator<LabelRow> watched(Iterator<LabelRow> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return DeviceLoss.watched(rows::hasNext);
      }

      @Override
      public LabelRow next() {
        return DeviceLoss.watched(rows::next);
      }
    };
  }

  /** As the label table holds it. */
  public Row row(LabelRow labeled) {
    return LabelRows.row(labeled, columns, Instant.now());
  }

  /** The settings of the filesystems, on an executor. */
  public Configuration hadoop() {
    return hadoop.value().value();
  }
}
