package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.Chunker;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** One labeling run on a Spark session, from the inputs to the report. */
public final class LabelRun {

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
   * it; when it throws, the chunks that were committed are there, and the same request goes on.
   *
   * @throws BadInputException if the request can't work; found before executors label anything
   * @throws IncompleteRunException if rows and inputs do not match
   */
  public RunReport run(LabelRequest request) throws IOException {
    Instant started = Instant.now();
    try (LabelPlan plan = new LabelPlan(request, labelers, spark, LabelPlan.Steps.THROWING);
        ListedInputs inputs = inputs(plan)) {
      inputs.decisions().forEach(console::println);
      return write(request, plan, inputs, started);
    }
  }

  private RunReport write(
      LabelRequest request, LabelPlan plan, ListedInputs inputs, Instant started)
      throws IOException {
    OutputFolder output = plan.output().orElseThrow();
    PreparedLabeler labeler = plan.labeler().orElseThrow();
    try (OutputRun run = OutputRun.begin(spark, output, labeler, started, console)) {
      ChunkLabeling chunk = chunkLabeling(output, labeler, run);
      if (plan.isRetry()) {
        labelFailed(output, chunk, run);
      } else {
        labelNew(request, inputs, output, labeler, chunk, run);
      }
      TableTotals totals = count(inputs, output);
      RunReport.RunInputs given =
          new RunReport.RunInputs(
              inputs.decisions(), inputs.files().duplicates(), request.maxFailureRate());
      return run.finish(given, totals);
    }
  }

  private ListedInputs inputs(LabelPlan plan) throws IOException {
    if (plan.isRetry()) {
      return InputListing.ofTables(spark, List.of());
    }
    return plan.inputs().isPresent()
        ? plan.inputs().get()
        : plan.list(samples(plan.output().orElseThrow()));
  }

  /** The first files that are written: nothing may be found wrong with the request after them. */
  private List<String> samples(OutputFolder output) throws IOException {
    Path samples = output.sibling("boxmill-samples");
    output.refuseToHold(samples);
    BundledSamples.unpack(samples, context().hadoopConfiguration());
    return List.of(Locations.uri(samples));
  }

  private ChunkLabeling chunkLabeling(OutputFolder output, PreparedLabeler labeler, OutputRun run) {
    Broadcast<SerializableConfiguration> hadoop =
        HadoopSettings.broadcast(JavaSparkContext.fromSparkContext(context()));
    TaskLabeling task = new TaskLabeling(labeler, run.counters(), hadoop);
    return new ChunkLabeling(spark, output.chunks(), task, hadoop);
  }

  private void labelNew(
      LabelRequest request,
      ListedInputs inputs,
      OutputFolder output,
      PreparedLabeler labeler,
      ChunkLabeling chunk,
      OutputRun run)
      throws IOException {
    try (SortedFiles known = new CommittedFiles(spark, output).known();
        SortedFiles files = inputs.files().without(known)) {
      long size = request.chunkImages().orElse(ChunkSize.of(files.count(), slots()));
      Iterator<Chunk> chunks = new Chunker(files, labeler.fingerprint(), size);
      run.work(chunks, files.images(), this::tasks, next -> chunk.label(inputs, next));
    }
  }

  private void labelFailed(OutputFolder output, ChunkLabeling chunk, OutputRun run)
      throws IOException {
    Dataset<Row> failed =
        table(output).where(col(LabelColumn.STATUS.columnName()).equalTo(LabelRows.FAILED));
    List<String> files =
        failed.select("_metadata.file_name").distinct().as(Encoders.STRING()).collectAsList();
    List<Chunk> chunks = new ArrayList<>();
    for (String file : files) {
      chunks.add(output.chunks().chunkOf(file));
    }
    OptionalLong images = OptionalLong.of(failed.count());
    run.work(chunks.iterator(), images, this::tasks, chunk::labelFailed);
  }

  private int tasks(Chunk chunk) {
    return ListedInputs.tasks(chunk.files(), slots());
  }

  /** Counts what was written, and holds it against what was given. */
  private TableTotals count(ListedInputs inputs, OutputFolder output) throws IOException {
    TableTotals written = TableTotals.of(table(output));
    CommittedFiles committed = new CommittedFiles(spark, output);
    try (SortedFiles labeled = committed.listed();
        SortedFiles known = committed.known();
        SortedFiles unlabeled = inputs.files().without(known)) {
      IncompleteRunException.refuse(unlabeled.count(), labeled, written);
    }
    return written;
  }

  private Dataset<Row> table(OutputFolder output) {
    return new LabelWriter(spark).read(output.table());
  }

  private int slots() {
    return context().defaultParallelism();
  }

  private SparkContext context() {
    return spark.sparkContext();
  }
}
