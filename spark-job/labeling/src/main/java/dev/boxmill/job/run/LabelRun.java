package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.Chunker;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.storage.FileNameEncoding;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
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
    FileNameEncoding.complaint()
        .ifPresent(
            lost -> console.println("Warning: " + lost + " (" + FileNameEncoding.remedy() + ")"));
    try (LabelPlan plan =
            new LabelPlan(request, labelers, spark, this::precision, LabelPlan.Steps.THROWING);
        ListedInputs inputs = inputs(plan)) {
      plan.labeler().orElseThrow().notes().forEach(console::println);
      inputs.decisions().forEach(console::println);
      return write(request, plan, inputs, started);
    }
  }

  private RunReport write(
      LabelRequest request, LabelPlan plan, ListedInputs inputs, Instant started)
      throws IOException {
    OutputFolder output = plan.output().orElseThrow();
    PreparedLabeler labeler = plan.labeler().orElseThrow();
    KeptColumns kept = plan.isRetry() ? output.kept() : inputs.kept();
    refuseUnsureDrop(request, inputs);
    GpuCheck.refuseUnusable(JavaSparkContext.fromSparkContext(context()));
    try (OutputRun run =
        OutputRun.begin(spark, output, labeler, plan.record(started), started, console)) {
      ChunkLabeling chunk = chunkLabeling(request, output, labeler, kept, run);
      if (plan.isRetry()) {
        labelFailed(request, output, chunk, run);
      } else {
        labelNew(request, inputs, output, labeler, chunk, run);
      }
      long dropped = isDrop(request) ? dropMissing(request, inputs, output, kept) : 0;
      TableTotals totals = count(inputs, output);
      inputs.omissions().forEach(console::println);
      RunReport.RunInputs given =
          new RunReport.RunInputs(
              Stream.concat(inputs.decisions().stream(), inputs.omissions().stream()).toList(),
              inputs.files().duplicates(),
              plan.isRetry() || isDrop(request) ? 0 : missing(inputs, output),
              dropped,
              request.maxFailureRate());
      return run.finish(given, totals);
    }
  }

  private static boolean isDrop(LabelRequest request) {
    return request.existing() == ExistingLabels.DROP_MISSING;
  }

  private static void refuseUnsureDrop(LabelRequest request, ListedInputs inputs) {
    if (isDrop(request) && inputs.denied()) {
      throw new BadInputException(
          "Cannot drop rows of missing images: a folder of the input may not be read, and its"
              + " images may be there (allow reading it, or leave out --drop-missing)");
    }
  }

  /** What is missing is known by now: new images have their rows. */
  private long dropMissing(
      LabelRequest request, ListedInputs inputs, OutputFolder output, KeptColumns kept)
      throws IOException {
    try (SortedFiles labeled = new CommittedFiles(spark, output).listed()) {
      return new MissingRows(spark, inputs, output.chunks(), request.tables(), kept).drop(labeled);
    }
  }

  private ListedInputs inputs(LabelPlan plan) throws IOException {
    if (plan.isRetry()) {
      return InputListing.ofTables(spark, List.of(), TableOptions.NONE, KeptColumns.NONE);
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

  private ChunkLabeling chunkLabeling(
      LabelRequest request,
      OutputFolder output,
      PreparedLabeler labeler,
      KeptColumns kept,
      OutputRun run) {
    Broadcast<SerializableConfiguration> hadoop =
        HadoopSettings.broadcast(JavaSparkContext.fromSparkContext(context()));
    TaskLabeling task = new TaskLabeling(labeler, kept, run.counters(), hadoop);
    return new ChunkLabeling(spark, output.chunks(), task, request.tables(), kept, hadoop);
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

  private void labelFailed(
      LabelRequest request, OutputFolder output, ChunkLabeling chunk, OutputRun run)
      throws IOException {
    Dataset<Row> failed =
        table(output).where(col(LabelColumn.STATUS.columnName()).equalTo(LabelRows.FAILED));
    List<String> files =
        output
            .chunks()
            .reading(
                () ->
                    failed
                        .select(input_file_name())
                        .distinct()
                        .as(Encoders.STRING())
                        .collectAsList());
    List<Chunk> chunks = new ArrayList<>();
    for (String file : files) {
      chunks.add(output.chunks().chunkOf(ImageNames.baseName(file)));
    }
    OptionalLong images = OptionalLong.of(failed.count());
    FreshSignatures signatures =
        FreshSignatures.of(request, failedOnTheWeb(failed, output), spark, console);
    run.work(chunks.iterator(), images, this::tasks, next -> chunk.labelFailed(next, signatures));
  }

  private static Set<String> failedOnTheWeb(Dataset<Row> failed, OutputFolder output)
      throws IOException {
    Dataset<String> uris =
        failed
            .select(LabelColumn.IMAGE_URI.columnName())
            .where(col(LabelColumn.IMAGE_URI.columnName()).rlike("^https?://"))
            .as(Encoders.STRING());
    return output.chunks().reading(() -> new HashSet<>(uris.collectAsList()));
  }

  private int tasks(Chunk chunk) {
    return ListedInputs.tasks(chunk.files(), slots());
  }

  /** Counts what was written, and holds it against what was given. */
  private TableTotals count(ListedInputs inputs, OutputFolder output) throws IOException {
    TableTotals written = output.chunks().reading(() -> TableTotals.of(table(output)));
    CommittedFiles committed = new CommittedFiles(spark, output);
    try (SortedFiles labeled = committed.listed();
        SortedFiles known = committed.known();
        SortedFiles unlabeled = inputs.files().without(known)) {
      IncompleteRunException.refuse(unlabeled.count(), labeled, written);
    }
    return written;
  }

  /** Rows of images that an earlier run was given, and this one was not. */
  private long missing(ListedInputs inputs, OutputFolder output) throws IOException {
    try (SortedFiles labeled = new CommittedFiles(spark, output).listed()) {
      return output
          .chunks()
          .reading(() -> MissingInputs.count(inputs.files(), labeled, table(output)));
    }
  }

  private Dataset<Row> table(OutputFolder output) {
    return new LabelWriter(spark).read(output.table());
  }

  private int slots() {
    return context().defaultParallelism();
  }

  private Precision precision() {
    return ExecutorPrecision.agreed(JavaSparkContext.fromSparkContext(context()));
  }

  private SparkContext context() {
    return spark.sparkContext();
  }
}
