package dev.boxmill.job;

import dev.boxmill.job.preview.PreviewPage;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.run.LabelRun;
import dev.boxmill.job.run.RunReport;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.table.OutputFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  boxmill label --input photos/ --output labels --detector detr-resnet-50",
      "  boxmill label --input s3a://photos/2026/ --output s3a://labels/2026"
    })
final class LabelCommand implements Callable<Integer> {

  /** A page at the end of a run must not cost a pass over millions of rows. */
  private static final long PREVIEWED_ROWS = 50_000;

  @Mixin private LabelArguments arguments;

  @Spec private CommandSpec spec;

  private final LabelerProvider labelers;

  LabelCommand(LabelerProvider labelers) {
    this.labelers = labelers;
  }

  @Override
  public Integer call() throws IOException {
    LabelRequest request = arguments.request();
    PluginJars.load(arguments.jars());
    try (BoxmillSession session = BoxmillSession.start(arguments.jars())) {
      RunReport report = new LabelRun(session.spark(), labelers, console()).run(request);
      spec.commandLine().getOut().print(report.summary());
      preview(session.spark(), report);
      spec.commandLine().getOut().flush();
      return exitCode(report);
    }
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

  static String reason(Throwable failure) {
    return failure instanceof Error || failure.getMessage() == null
        ? failure.toString()
        : failure.getMessage();
  }

  /** The same for every command that writes labels. */
  static int exitCode(RunReport report) {
    if (!report.failedTooOften()) {
      return ExitCode.WHOLE;
    }
    console()
        .printf(
            "Too many images failed: %.2f%% (allowed: %.2f%%; see error_message in the labels)%n",
            100 * report.failureRate(), 100 * report.maxFailureRate());
    return ExitCode.TOO_MANY_FAILURES;
  }

  private static PrintStream console() {
    return System.err;
  }
}
