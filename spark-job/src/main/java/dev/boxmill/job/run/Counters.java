package dev.boxmill.job.run;

import dev.boxmill.schemas.LabelRow;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What tasks count while they work. Spark counts each finished task once, so that at the end of a
 * run {@link #inputs} is the number of images that the sources gave.
 */
record Counters(LongAccumulator inputs, LongAccumulator rows, LongAccumulator failures)
    implements Serializable {

  static final String INPUTS = "boxmill.inputs";
  static final String ROWS = "boxmill.rows";
  static final String FAILURES = "boxmill.failures";

  static Counters on(SparkContext context) {
    return new Counters(
        context.longAccumulator(INPUTS),
        context.longAccumulator(ROWS),
        context.longAccumulator(FAILURES));
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
