package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.Chunks;
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
import dev.boxmill.job.table.OutputFolder.Existing;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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

/** One labelling run on a Spark session, from the inputs to the report. */
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
    OutputFolder output =
        OutputFolder.claim(request.output(), request.existing(), context().hadoopConfiguration());
    PreparedLabeler labeler = labelers.prepare(request.settings(), context().hadoopConfiguration());
    RunRecord record = labeler.record(started);
    output.refuseToMix(record);
    try (ListedInputs inputs = inputs(request, output)) {
      inputs.decisions().forEach(console::println);
      OutputRun run = new OutputRun(spark, output, console);
      return run.run(record, () -> fill(request, inputs, labeler, run, started));
    }
  }

  private RunReport fill(
      LabelRequest request,
      ListedInputs inputs,
      PreparedLabeler labeler,
      OutputRun run,
      Instant started)
      throws IOException {
    Counters counters = Counters.on(context());
    long now = label(request, inputs, labeler, counters, run);
    TableTotals totals = count(inputs, run.output());
    RunReport.Given given =
        new RunReport.Given(
            inputs.decisions(), inputs.files().duplicates(), request.maxFailureRate());
    return RunReport.of(given, labeler, run.output().uri(), totals, now, counters, spark, started);
  }

  private ListedInputs inputs(LabelRequest request, OutputFolder output) throws IOException {
    if (request.existing() == Existing.RETRY_FAILED) {
      return InputListing.ofTables(spark, List.of());
    }
    if (request.inputs().isEmpty()) {
      return list(samples(output), request, output);
    }
    return list(request.inputs(), request, output);
  }

  private ListedInputs list(List<String> inputs, LabelRequest request, OutputFolder output)
      throws IOException {
    Optional<Dataset<Row>> labelled =
        output.chunks().committed().isEmpty() ? Optional.empty() : Optional.of(table(output));
    ListedInputs listed = InputListing.list(spark, inputs, request.format(), labelled);
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

  private long label(
      LabelRequest request,
      ListedInputs inputs,
      PreparedLabeler labeler,
      Counters counters,
      OutputRun run)
      throws IOException {
    OutputFolder output = run.output();
    JavaSparkContext java = JavaSparkContext.fromSparkContext(context());
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(java);
    TaskLabeling task = new TaskLabeling(labeler, counters, hadoop);
    ChunkLabeling chunk = new ChunkLabeling(spark, output.chunks(), task, hadoop);
    if (request.existing() == Existing.RETRY_FAILED) {
      return labelFailed(chunk, run);
    }
    try (SortedFiles known = new CommittedFiles(spark, output).known();
        SortedFiles files = inputs.files().without(known)) {
      long size = request.chunkImages().orElse(ChunkSize.of(files.count(), slots()));
      Iterator<Chunk> chunks = new Chunks(files, labeler.fingerprint(), size);
      return run.work(chunks, files.images(), this::tasks, next -> chunk.label(inputs, next));
    }
  }

  private long labelFailed(ChunkLabeling chunk, OutputRun run) throws IOException {
    OutputFolder output = run.output();
    Dataset<Row> failed =
        table(output).where(col(LabelColumn.STATUS.columnName()).equalTo(LabelRows.FAILED));
    List<String> files =
        failed.select("_metadata.file_name").distinct().as(Encoders.STRING()).collectAsList();
    List<Chunk> chunks = new ArrayList<>();
    for (String file : files) {
      chunks.add(output.chunks().chunkOf(file));
    }
    OptionalLong images = OptionalLong.of(failed.count());
    return run.work(chunks.iterator(), images, this::tasks, chunk::labelFailed);
  }

  private int tasks(Chunk chunk) {
    return ListedInputs.tasks(chunk.files(), slots());
  }

  /** Counts what was written, and holds it against what was given. */
  private TableTotals count(ListedInputs inputs, OutputFolder output) throws IOException {
    TableTotals written = TableTotals.of(table(output));
    CommittedFiles committed = new CommittedFiles(spark, output);
    try (SortedFiles labelled = committed.listed();
        SortedFiles known = committed.known();
        SortedFiles unlabelled = inputs.files().without(known)) {
      IncompleteRunException.refuse(unlabelled.count(), labelled, written);
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
