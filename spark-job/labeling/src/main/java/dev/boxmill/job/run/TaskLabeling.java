package dev.boxmill.job.run;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.Stage;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.LabelRow;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
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
  private final Counters counters;
  private final Broadcast<SerializableConfiguration> hadoop;

  public TaskLabeling(
      PreparedLabeler labeler, Counters counters, Broadcast<SerializableConfiguration> hadoop) {
    this.labeler = labeler;
    this.columns = new RunColumns(labeler.model(), labeler.refiners(), labeler.fingerprint());
    this.counters = counters;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Row> call(Iterator<ImageInput> images) {
    Iterator<LabelRow> labeled = label(images);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return labeled.hasNext();
      }

      @Override
      public Row next() {
        return row(labeled.next());
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
    ImageLabeler opened = labeler.open(TaskSlot.of(task, hadoop()), times);
    task.addTaskCompletionListener(
        (TaskCompletionListener)
            ended -> {
              opened.close();
              times.addSince(Stage.TASK, start);
              counters.count(times);
            });
    OneRowPerInput checked = new OneRowPerInput(images, counters);
    return checked.over(opened.label(checked.inputs()));
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
