package dev.boxmill.job.run;

import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.job.text.Plural;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The writing of a label table, from its first file to its last, whatever fills its chunks. A run
 * that closes this before {@link #finish} keeps the chunks that were committed, and no more.
 */
final class OutputRun implements Closeable {

  /** After a failed job, its last tasks may still write for so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SparkSession spark;
  private final OutputFolder output;
  private final PreparedLabeler labeler;
  private final Instant started;
  private final PrintStream console;
  private final Counters counters;
  private long labeledNow;
  private boolean finished;

  private OutputRun(
      SparkSession spark,
      OutputFolder output,
      PreparedLabeler labeler,
      Instant started,
      PrintStream console) {
    this.spark = spark;
    this.output = output;
    this.labeler = labeler;
    this.started = started;
    this.console = console;
    this.counters = Counters.on(spark.sparkContext());
  }

  /**
   * Makes the output this run's own, and sweeps what a killed one left.
   *
   * @param record what lies beside its labels
   * @param started when the run began
   * @param console for progress
   */
  static OutputRun begin(
      SparkSession spark,
      OutputFolder output,
      PreparedLabeler labeler,
      RunRecord record,
      Instant started,
      PrintStream console)
      throws IOException {
    OutputRun run = new OutputRun(spark, output, labeler, started, console);
    output.begin(record);
    return run;
  }

  /** What the tasks of this run count. */
  Counters counters() {
    return counters;
  }

  /**
   * Works on chunks, a few at once, and shows how far that is.
   *
   * @param images in all of them; empty if nobody knows
   * @param sizes how many tasks a chunk makes
   */
  void work(
      Iterator<Chunk> chunks,
      OptionalLong images,
      ToIntFunction<Chunk> sizes,
      ChunksInFlight.Work work)
      throws IOException {
    if (!chunks.hasNext()) {
      return;
    }
    TaskProgress progress = new TaskProgress();
    context().addSparkListener(progress);
    ProgressLine line =
        ProgressLine.start(progress::now, images, ProgressLine.Medium.ofStandardError(), console);
    try {
      labeledNow += new ChunksInFlight(context().defaultParallelism(), sizes, work).run(chunks);
    } finally {
      line.close();
      progress.awaitIdle(PATIENCE);
      context().removeSparkListener(progress);
    }
  }

  /**
   * Marks the table as whole, with its report beside it, and puts it into its place.
   *
   * @param totals counted in the table that was written
   */
  RunReport finish(RunReport.RunInputs inputs, TableTotals totals) throws IOException {
    RunReport report =
        RunReport.of(
            spark,
            labeler,
            inputs,
            new RunReport.RunResult(output.uri(), totals, labeledNow, counters, started));
    output.writeReport(RunReport.FILE_NAME, report.json());
    output.finish(console::println);
    finished = true;
    return report;
  }

  @Override
  public void close() throws IOException {
    if (finished) {
      return;
    }
    output.abandon();
    int chunks = output.chunks().committed().size();
    if (chunks > 0) {
      console.println(
          Plural.of(chunks, "chunk") + " of labels stay; the same command goes on with the rest");
    }
  }

  private SparkContext context() {
    return spark.sparkContext();
  }
}
