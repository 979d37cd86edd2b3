package dev.boxmill.job;

import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.run.RefineRequest;
import dev.boxmill.job.run.RefineRun;
import dev.boxmill.job.run.RunReport;
import dev.boxmill.job.session.RefiningJob;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill refine}: another chain of refiners over a table's boxes, without detecting. */
@Command(
    name = "refine",
    description = {
      "Refines a label table again: the boxes that its detector found, other refiners or a higher"
          + " threshold, a new table as 'label' would write it with those. A table of a low"
          + " --min-score is the store of candidates.",
      "Refiners that look at boxes alone (all but refinebox) need no image and no network."
          + " For those that look at feature maps (refinebox), images are read again, and of the"
          + " detector only the backbone runs."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every row has its new row, and no more failed than --max-failure-rate allows",
      "1:the run broke off; what it committed stays, and the same command goes on with the rest",
      "2:the request can't work; nothing was started",
      "3:every row has its new row, but more failed than --max-failure-rate allows"
    })
final class RefineCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description =
          "The label table: the folder that 'label --output' wrote, with --refiner none or refiners"
              + " that only move boxes, such as refinebox.")
  private String labels;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder of the new label table.")
  private String output;

  @Mixin private RefinerArguments refiners;

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      description =
          "Keeps boxes that score above it, not below the table's own. Default: the table's.")
  private Double minScore;

  @Option(
      names = "--detector",
      paramLabel = "DIR-OR-URI",
      description = "Where the table's detector lies now. Default: where it lay.")
  private String detector = "";

  @Option(
      names = "--overwrite",
      description = "Replaces labels in --output once the new are whole.")
  private boolean overwrite;

  @Mixin private LimitArguments limits;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    RefineRequest request = request();
    PluginJars.load(limits.jars());
    try (BoxmillSession session = BoxmillSession.start(limits.jars())) {
      RunReport report = new RefineRun(session.spark(), System.err).run(request);
      spec.commandLine().getOut().print(report.summary());
      spec.commandLine().getOut().flush();
      return LabelCommand.exitCode(report);
    }
  }

  private RefineRequest request() {
    if (minScore != null) {
      LimitArguments.requireShare("--min-score", minScore);
    }
    OptionalDouble score = minScore == null ? OptionalDouble.empty() : OptionalDouble.of(minScore);
    return new RefineRequest(
        labels,
        output,
        overwrite ? ExistingLabels.REPLACE : ExistingLabels.CONTINUE,
        new RefiningJob.RefineOptions(detector, refiners.chain(), score, limits.maxPixels()),
        limits.maxFailureRate());
  }
}
