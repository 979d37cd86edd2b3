package dev.boxmill.job.run;

import dev.boxmill.job.session.Stage;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.LabelRow;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What tasks count while they work. Spark counts each finished task once, so that at the end of a
 * run {@link #inputs} is the number of images that the sources gave.
 */
public record Counters(
    LongAccumulator inputs,
    LongAccumulator rows,
    LongAccumulator failures,
    Map<Stage, LongAccumulator> microseconds)
    implements Serializable {

  static final String INPUTS = "boxmill.inputs";
  static final String ROWS = "boxmill.rows";
  static final String FAILURES = "boxmill.failures";

  /** Counters that Spark's pages show too. */
  public static Counters on(SparkContext context) {
    Map<Stage, LongAccumulator> microseconds = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      microseconds.put(stage, context.longAccumulator("boxmill.microseconds." + stage.key()));
    }
    return new Counters(
        context.longAccumulator(INPUTS),
        context.longAccumulator(ROWS),
        context.longAccumulator(FAILURES),
        microseconds);
  }

  void count(StageTimes times) {
    microseconds.forEach((stage, counter) -> counter.add(times.microseconds(stage)));
  }

  void countInput() {
    inputs.add(1);
  }

  void countRow(LabelRow row) {
    rows.add(1);
    if (row instanceof LabelRow.Failed) {
      failures.add(1);
    }
  }
}
