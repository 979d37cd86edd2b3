package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.session.RefiningJob;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.job.table.StoredTable;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.job.text.Plural;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A run that takes the detector's boxes from a label table and sends them through other refiners or
 * another threshold. Each chunk of the table becomes a chunk of the new one, made of the same
 * files, so that {@code label} takes the new table for one of its own.
 */
public final class RefineRun {

  private final SparkSession spark;
  private final PrintStream console;

  /**
   * @param console for decisions and progress
   */
  public RefineRun(SparkSession spark, PrintStream console) {
    this.spark = spark;
    this.console = console;
  }

  /**
   * Refines and writes. When it returns, the new table is whole and counted, and its report lies
   * beside it; when it throws, the chunks that were committed are there, and the same request goes
   * on.
   *
   * @throws BadInputException if the request can't work; found before executors work
   * @throws IncompleteRunException if rows and inputs do not match
   */
  public RunReport run(RefineRequest request) throws IOException {
    Instant started = Instant.now();
    StoredTable table = StoredTable.open(spark, request.labels());
    OutputFolder output = claim(request, table);
    RefiningJob job =
        RefiningJob.of(table.made(), request.options(), hadoop()).withAuto(this::precision);
    List<String> waiting = table.chunks().committed();
    RunRecord record =
        job.record(started).with(TableOptions.of(table.made().settings()).settings());
    output.refuseToMix(record);
    output.refuseOtherChunks(again(waiting, job), table.made().uri());
    List<String> decisions = decisions(table, waiting, job);
    decisions.forEach(console::println);
    try (OutputRun run = OutputRun.begin(spark, output, job, record, started, console)) {
      refine(table, waiting, job, output, run);
      RunReport.RunInputs given =
          new RunReport.RunInputs(decisions, 0, 0, 0, request.maxFailureRate());
      return run.finish(given, count(output));
    }
  }

  private OutputFolder claim(RefineRequest request, StoredTable table) throws IOException {
    OutputFolder output = OutputFolder.claim(request.output(), request.existing(), hadoop());
    output.refuseToHold(table.folder());
    if (Locations.holds(table.folder(), Locations.absolute(request.output(), hadoop()))) {
      throw new BadInputException(
          "Cannot write labels to "
              + output.uri()
              + ": it lies in the labels to refine (name another folder)");
    }
    return output;
  }

  private List<String> decisions(StoredTable table, List<String> chunks, RefiningJob job)
      throws IOException {
    String whole =
        table.isWhole(hadoop())
            ? ""
            : "; its run has not ended: what it has so far, and the same command takes the rest"
                + " later";
    String images =
        job.usesFeatures()
            ? "images are read again, as a refiner looks at feature maps"
            : "no image is read, as no refiner looks at feature maps";
    String duplicates =
        job.candidates().map(by -> "; duplicates stay left out, as " + by).orElse("");
    return List.of(
        "Labels %s: %s%s; %s%s"
            .formatted(
                table.made().uri(), Plural.of(chunks.size(), "chunk"), whole, images, duplicates));
  }

  private void refine(
      StoredTable table, List<String> chunks, RefiningJob job, OutputFolder output, OutputRun run)
      throws IOException {
    JavaSparkContext java = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(java);
    TaskLabeling task = new TaskLabeling(job, table.kept(), run.counters(), hadoop);
    ChunkRefining chunk = new ChunkRefining(spark, table, output.chunks(), job, task, hadoop);
    Set<String> done = new HashSet<>(output.chunks().committed());
    Iterator<Chunk> waiting =
        chunks.stream()
            .filter(name -> !done.contains(Chunk.nameAgain(name, job.fingerprint())))
            .map(name -> read(table, name))
            .iterator();
    run.work(
        waiting,
        OptionalLong.empty(),
        next -> tasks(next, job),
        next -> table.chunks().reading(() -> chunk.refine(next)));
  }

  /** Lists of inputs may be long: each is read when it is its turn. */
  private static Chunk read(StoredTable table, String chunk) {
    try {
      return table.chunks().chunkOf(table.chunks().part(chunk).getName());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A part file without images is one task's. */
  private int tasks(Chunk chunk, RefiningJob job) {
    return job.usesFeatures()
        ? ListedInputs.tasks(chunk.files(), spark.sparkContext().defaultParallelism())
        : 1;
  }

  private static Set<String> again(List<String> chunks, RefiningJob job) {
    Set<String> names = new HashSet<>();
    chunks.forEach(name -> names.add(Chunk.nameAgain(name, job.fingerprint())));
    return names;
  }

  private TableTotals count(OutputFolder output) throws IOException {
    TableTotals written =
        output.chunks().reading(() -> TableTotals.of(new LabelWriter(spark).read(output.table())));
    try (SortedFiles listed = new CommittedFiles(spark, output).listed()) {
      IncompleteRunException.refuse(0, listed, written);
    }
    return written;
  }

  private Precision precision() {
    return ExecutorPrecision.agreed(JavaSparkContext.fromSparkContext(spark.sparkContext()));
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }
}
