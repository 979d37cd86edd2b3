package dev.boxmill.job.run;

import dev.boxmill.job.session.ImageInput;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.LabelRow;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/** What one Spark task does: opens the labeler on the task's device and turns inputs into rows. */
final class TaskLabeling implements FlatMapFunction<Iterator<ImageInput>, Row> {

  private static final long serialVersionUID = 1;

  private final PreparedLabeler labeler;
  private final RunColumns columns;
  private final Counters counters;
  private final Broadcast<SerializableConfiguration> hadoop;

  TaskLabeling(
      PreparedLabeler labeler, Counters counters, Broadcast<SerializableConfiguration> hadoop) {
    this.labeler = labeler;
    this.columns = new RunColumns(labeler.model(), labeler.refiners(), labeler.fingerprint());
    this.counters = counters;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Row> call(Iterator<ImageInput> images) {
    if (!images.hasNext()) {
      return List.<Row>of().iterator();
    }
    ImageLabeler opened = TaskSlot.open(labeler, hadoop.value().value());
    OneRowPerInput checked = new OneRowPerInput(images, counters);
    return rows(checked.over(opened.label(checked.inputs())));
  }

  private Iterator<Row> rows(Iterator<LabelRow> labelled) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return labelled.hasNext();
      }

      @Override
      public Row next() {
        return LabelRows.row(labelled.next(), columns, Instant.now());
      }
    };
  }
}
