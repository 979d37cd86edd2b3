package dev.boxmill.job;

import dev.boxmill.job.preview.PreviewPage;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.run.LabelRun;
import dev.boxmill.job.run.RunReport;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.OutputFolder.Existing;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill label}: images in, a label table out. */
@Command(
    name = "label",
    description = "Labels images and writes one Parquet row for each.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every image has its row, and no more failed than --max-failure-rate allows",
      "1:the run broke off; what it committed stays, and the same command goes on with the rest",
      "2:the request can't work; nothing was started",
      "3:every image has its row, but more failed than --max-failure-rate allows"
    })
final class LabelCommand implements Callable<Integer> {

  /** A page at the end of a run must not cost a pass over millions of rows. */
  private static final long PREVIEWED_ROWS = 50_000;

  private static final String SAMPLE_OUTPUT = "boxmill-out/labels";

  @Option(
      names = "--input",
      arity = "1..*",
      paramLabel = "URI",
      description =
          "Folders, patterns, files, manifests, Parquet tables or tar archives, on any Hadoop"
              + " filesystem. Without it: the bundled sample scenes.")
  private List<String> inputs = List.of();

  @Option(
      names = "--output",
      paramLabel = "URI",
      description = "Folder of the label table. Needed with --input; else " + SAMPLE_OUTPUT + ".")
  private String output;

  @Mixin private DetectorArguments detector;

  @Option(
      names = "--refiner",
      paramLabel = "NAME[:key=value,…]",
      description =
          "Refines the detector's boxes; may be repeated, works in order. 'none': the detector's"
              + " own boxes. Without it: refinebox where the detector has one.")
  private List<String> refiners = List.of();

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      defaultValue = "0.05",
      description = "Keeps boxes that score above it, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double minScore;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "At most that many boxes per image. Default: as the checkpoint says.")
  private Integer topK;

  @Option(
      names = "--input-format",
      paramLabel = "auto|files|manifest|parquet|webdataset",
      defaultValue = "auto",
      converter = InputFormatConverter.class,
      description = "What the inputs are. Default: each by its extension and columns.")
  private InputFormat inputFormat;

  /** One of the two. */
  static final class Replacing {
    @Option(
        names = "--overwrite",
        description = "Replaces the labels in --output once the new ones are whole.")
    private boolean overwrite;

    @Option(
        names = "--retry-failed",
        description = "Labels the failed images of --output again, and no others.")
    private boolean retryFailed;

    private Existing existing() {
      return overwrite ? Existing.REPLACE : Existing.RETRY_FAILED;
    }
  }

  @ArgGroup private Replacing replacing;

  @Option(
      names = "--chunk-images",
      paramLabel = "N",
      description =
          "Images that are committed together; a killed run loses no more than a few such chunks."
              + " Default: 256 for each task that runs at once, more for many images.")
  private Long chunkImages;

  @Option(
      names = "--max-failure-rate",
      paramLabel = "RATE",
      defaultValue = "0.01",
      description = "Share of images that may fail, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double maxFailureRate;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "" + LabelSettings.DEFAULT_MAX_PIXELS,
      description =
          "Images that declare more pixels are refused before they take memory. Up to "
              + LabelSettings.MOST_PIXELS
              + ". Default: ${DEFAULT-VALUE}.")
  private long maxPixels;

  @Option(
      names = "--jars",
      split = ",",
      paramLabel = "JAR",
      description = "Jars with refiner plugins, separated by commas.")
  private List<Path> jars = List.of();

  @Spec private CommandSpec spec;

  private final LabelerProvider labelers;

  LabelCommand(LabelerProvider labelers) {
    this.labelers = labelers;
  }

  @Override
  public Integer call() throws IOException {
    LabelSettings settings = settings();
    requireShare("--max-failure-rate", maxFailureRate);
    PluginJars.load(jars);
    try (BoxmillSession session = BoxmillSession.start(jars)) {
      RunReport report = run(session.spark(), settings);
      spec.commandLine().getOut().print(report.summary());
      preview(session.spark(), report);
      spec.commandLine().getOut().flush();
      return exitCode(report);
    }
  }

  private RunReport run(SparkSession spark, LabelSettings settings) throws IOException {
    LabelRequest request =
        new LabelRequest(
            inputs,
            inputFormat,
            output(),
            replacing == null ? Existing.CONTINUE : replacing.existing(),
            settings,
            chunkImages == null ? OptionalLong.empty() : OptionalLong.of(chunkImages),
            maxFailureRate);
    return new LabelRun(spark, labelers, console()).run(request);
  }

  private void preview(SparkSession spark, RunReport report) {
    String page = report.output() + "/" + OutputFolder.WORK + "/preview.html";
    PrintWriter out = spec.commandLine().getOut();
    attempt(
        () -> {
          PreviewPage.writeSampled(spark, report.output(), page, PREVIEWED_ROWS);
          out.println("Preview: " + page);
        },
        console());
  }

  /** The labels are whole already: they stand, with or without a page to look at. */
  static void attempt(PreviewStep preview, PrintStream console) {
    try {
      preview.write();
    } catch (Exception | Error failure) {
      console.println("No preview: " + reason(failure) + " ('preview' makes one later)");
    }
  }

  interface PreviewStep {
    void write() throws IOException;
  }

  private static String reason(Throwable failure) {
    return failure instanceof Error || failure.getMessage() == null
        ? failure.toString()
        : failure.getMessage();
  }

  private int exitCode(RunReport report) {
    if (!report.failedTooOften()) {
      return ExitCode.WHOLE;
    }
    console()
        .printf(
            "Too many images failed: %.2f%% (allowed: %.2f%%; see error_message in the labels)%n",
            100 * report.failureRate(), 100 * maxFailureRate);
    return ExitCode.TOO_MANY_FAILURES;
  }

  private LabelSettings settings() {
    requireShare("--min-score", minScore);
    if (topK != null && topK < 1) {
      throw new BadInputException("Invalid --top-k: " + topK + " (must be at least 1)");
    }
    if (chunkImages != null && chunkImages < 1) {
      throw new BadInputException(
          "Invalid --chunk-images: " + chunkImages + " (must be at least 1)");
    }
    if (refiners.contains(LabelSettings.NO_REFINER) && refiners.size() > 1) {
      throw new BadInputException(
          "Invalid --refiner: " + String.join(" ", refiners) + " (must be none alone, or no none)");
    }
    if (maxPixels < 1 || maxPixels > LabelSettings.MOST_PIXELS) {
      throw new BadInputException(
          "Invalid --max-pixels: %d (must be from 1 to %d)"
              .formatted(maxPixels, LabelSettings.MOST_PIXELS));
    }
    int boxes = topK == null ? LabelSettings.CHECKPOINT_TOP_K : topK;
    return detector.settings(refiners, minScore, boxes).withMaxPixels(maxPixels);
  }

  private String output() {
    if (output != null) {
      return output;
    }
    if (inputs.isEmpty()) {
      return SAMPLE_OUTPUT;
    }
    throw new BadInputException("Missing --output (name a folder for the labels)");
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new BadInputException("Invalid " + name + ": " + value + " (must be from 0 to 1)");
    }
  }

  private static PrintStream console() {
    return System.err;
  }
}
