package dev.boxmill.job.run;

import dev.boxmill.job.BadInputException;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.HadoopSettings;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.Locations;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.TableTotals;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One labelling run on a Spark session, from the inputs to the report. */
public final class LabelRun {

  private static final String ONLY_CHUNK = "0";

  /** After a failed job, its last tasks may still write for so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SparkSession spark;
  private final LabelerProvider labelers;
  private final PrintStream console;

  /**
   * @param console for decisions and progress
   */
  public LabelRun(SparkSession spark, LabelerProvider labelers, PrintStream console) {
    this.spark = spark;
    this.labelers = labelers;
    this.console = console;
  }

  /**
   * Labels and writes. When it returns, the table is whole and counted, and its report lies beside
   * it; when it throws, nothing of the run is left, and labels of before still lie there.
   *
   * @throws BadInputException if the request can't work; found before executors label anything
   * @throws IncompleteRunException if rows and inputs do not match
   */
  public RunReport run(LabelRequest request) throws IOException {
    Instant started = Instant.now();
    OutputFolder output =
        OutputFolder.claim(request.output(), request.existing(), context().hadoopConfiguration());
    ListedInputs inputs;
    PreparedLabeler labeler;
    if (request.inputs().isEmpty()) {
      labeler = labelers.prepare(request.settings(), context().hadoopConfiguration());
      inputs = list(samples(output), request, output);
    } else {
      inputs = list(request.inputs(), request, output);
      labeler = labelers.prepare(request.settings(), context().hadoopConfiguration());
    }

    inputs.decisions().forEach(console::println);
    try {
      Labelled labelled = label(inputs, labeler, output);
      TableTotals totals = writeTable(output, labelled);
      RunReport report =
          RunReport.of(request, inputs, labeler, output.uri(), totals, spark, started);
      report.write(output.report(RunReport.FILE_NAME), context().hadoopConfiguration());
      output.finish(console::println);
      return report;
    } catch (Exception | Error failure) {
      // Spark throws checked exceptions that it does not declare.
      abandon(output, failure);
      throw failure;
    }
  }

  private ListedInputs list(List<String> inputs, LabelRequest request, OutputFolder output) {
    ListedInputs listed = InputListing.list(spark, inputs, request.format());
    listed.roots().forEach(root -> output.refuseToHold(new Path(root)));
    return listed;
  }

  /** The first files that are written: nothing may be found wrong with the request after them. */
  private List<String> samples(OutputFolder output) throws IOException {
    Path samples = output.sibling("boxmill-samples");
    output.refuseToHold(samples);
    BundledSamples.unpack(samples, context().hadoopConfiguration());
    return List.of(Locations.uri(samples));
  }

  /** A chunk that is written, and how many inputs its tasks took. */
  private record Labelled(Path chunk, long inputs) {}

  private Labelled label(ListedInputs inputs, PreparedLabeler labeler, OutputFolder output) {
    Counters counters = Counters.on(context());
    JavaSparkContext java = JavaSparkContext.fromSparkContext(context());
    TaskLabeling task = new TaskLabeling(labeler, counters, HadoopSettings.broadcast(java));
    JavaRDD<Row> rows = inputs.images(spark).mapPartitions(task);

    Path chunk = output.chunk(ONLY_CHUNK);
    TaskProgress progress = new TaskProgress();
    context().addSparkListener(progress);
    ProgressLine line = progressLine(progress, inputs.count());
    try {
      new LabelWriter(spark).writeChunk(rows, chunk);
    } finally {
      line.close();
      progress.awaitIdle(PATIENCE);
      context().removeSparkListener(progress);
    }
    long taken = counters.inputs().value();
    return new Labelled(chunk, inputs.count().orElse(taken));
  }

  private ProgressLine progressLine(TaskProgress progress, OptionalLong total) {
    return ProgressLine.start(progress::now, total, ProgressLine.Medium.ofStandardError(), console);
  }

  /** Writes the table from its chunk, and counts what was written. */
  private TableTotals writeTable(OutputFolder output, Labelled labelled) {
    LabelWriter writer = new LabelWriter(spark);
    writer.writeTable(writer.read(labelled.chunk()), labelled.inputs(), output.table());
    TableTotals written = TableTotals.of(writer.read(output.table()));
    IncompleteRunException.refuse(labelled.inputs(), written);
    return written;
  }

  private static void abandon(OutputFolder output, Throwable failure) {
    try {
      output.abandon();
    } catch (IOException | RuntimeException second) {
      failure.addSuppressed(second);
    }
  }

  private SparkContext context() {
    return spark.sparkContext();
  }
}
