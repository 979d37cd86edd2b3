package dev.boxmill.job.triage;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.ln;
import static org.apache.spark.sql.functions.stddev_pop;
import static org.apache.spark.sql.functions.when;

import dev.boxmill.job.table.LabelRows;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What is usual in each class of a table.
 *
 * @param byLabel by the class's name
 */
record Habits(Map<String, Habit> byLabel) implements Serializable {

  /** Of a class that the table has no box of. */
  private static final Habit NONE = new Habit(0, 0, 0, 0);

  /** One pass over the table, over boxes that people are shown; a row for each class comes back. */
  static Habits of(Dataset<Row> table, Certainty certainty) {
    Map<String, Habit> habits = new HashMap<>();
    table
        .filter(col("status").equalTo(LabelRows.OK))
        .select(col("width"), col("height"), explode(col("boxes")).as("box"))
        .filter(col("box.score").geq(lit((float) certainty.threshold())))
        .select(
            col("box.label").as("label"),
            size().as("size"),
            lit(1.0).minus(col("box.refinement_iou")).as("move"))
        .groupBy("label")
        .agg(
            count("size"),
            coalesce(avg("size"), lit(0.0)),
            coalesce(stddev_pop("size"), lit(0.0)),
            avg("move"))
        .collectAsList()
        .forEach(
            row ->
                habits.put(
                    row.getString(0),
                    new Habit(
                        row.getLong(1), row.getDouble(2), row.getDouble(3), row.getDouble(4))));
    return new Habits(habits);
  }

  /** {@link Habit#size}; null for boxes without area. */
  private static Column size() {
    Column area = length("x").multiply(length("y"));
    Column image = col("width").cast("double").multiply(col("height"));
    return when(length("x").gt(0).and(length("y").gt(0)), ln(area.divide(image)).divide(2));
  }

  private static Column length(String axis) {
    return col("box." + axis + "_max").cast("double").minus(col("box." + axis + "_min"));
  }

  Habit of(String label) {
    return byLabel.getOrDefault(label, NONE);
  }
}
