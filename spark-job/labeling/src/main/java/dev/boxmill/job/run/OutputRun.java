package dev.boxmill.job.run;

import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.job.text.Counted;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What writes a label table, from its first file to its last, whatever fills its chunks.
 *
 * @param console for progress
 */
record OutputRun(SparkSession spark, OutputFolder output, PrintStream console) {

  /** After a failed job, its last tasks may still write for so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Fills the table's chunks and counts its rows. */
  interface Filling {
    RunReport fill() throws IOException;
  }

  /**
   * Writes. When it returns, the table is whole, and its report lies beside it; when it throws, the
   * chunks that were committed are there.
   */
  RunReport run(RunRecord record, Filling filling) throws IOException {
    output.begin(record);
    try {
      RunReport report = filling.fill();
      output.writeReport(RunReport.FILE_NAME, report.json());
      output.finish(console::println);
      return report;
    } catch (Exception | Error failure) {
      // Spark throws checked exceptions that it does not declare.
      abandon(failure);
      throw failure;
    }
  }

  /**
   * Works on chunks, a few at once, and shows how far that is.
   *
   * @param images in all of them; empty if nobody knows
   * @param sizes how many tasks a chunk makes
   * @return images that were labelled
   */
  long work(
      Iterator<Chunk> chunks,
      OptionalLong images,
      ToIntFunction<Chunk> sizes,
      ChunksInFlight.Work work)
      throws IOException {
    if (!chunks.hasNext()) {
      return 0;
    }
    TaskProgress progress = new TaskProgress();
    context().addSparkListener(progress);
    ProgressLine line =
        ProgressLine.start(progress::now, images, ProgressLine.Medium.ofStandardError(), console);
    try {
      return new ChunksInFlight(context().defaultParallelism(), sizes, work).run(chunks);
    } finally {
      line.close();
      progress.awaitIdle(PATIENCE);
      context().removeSparkListener(progress);
    }
  }

  private void abandon(Throwable failure) {
    try {
      output.abandon();
      int chunks = output.chunks().committed().size();
      if (chunks > 0) {
        console.println(
            Counted.of(chunks, "chunk")
                + " of labels stay; the same command goes on with the rest");
      }
    } catch (IOException | RuntimeException second) {
      failure.addSuppressed(second);
    }
  }

  private SparkContext context() {
    return spark.sparkContext();
  }
}
