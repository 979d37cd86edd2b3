package dev.boxmill.job;

import dev.boxmill.job.preflight.Preflight;
import dev.boxmill.job.preflight.PreflightReport;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.session.LabelerProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code boxmill preflight}: whether {@code label} would work, before it is let loose. */
@Command(
    name = "preflight",
    description = {
      "Checks whether 'label' with the same options would work, and how long it would take.",
      "Looks at the request on the driver; then every executor loads the native library, the"
          + " detector and its refiners, labels a scene, reads the input and writes, reads and"
          + " deletes a file in the output; Spark commits a table of one row there (on S3 by the"
          + " magic committer); and a sample of the input is labelled for the speed. Nothing stays"
          + " in the output, and its labels stay as they are."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no check failed",
      "1:the checks broke off",
      "2:a check failed, or the options contradict each other"
    })
final class PreflightCommand implements Callable<Integer> {

  @Mixin private LabelArguments arguments;

  @Spec private CommandSpec spec;

  private final LabelerProvider labelers;

  PreflightCommand(LabelerProvider labelers) {
    this.labelers = labelers;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    LabelRequest request = arguments.request();
    PluginJars.load(arguments.jars());
    try (BoxmillSession session = BoxmillSession.start(arguments.jars())) {
      PreflightReport report = Preflight.of(request, session.spark(), labelers, System.err);
      PrintWriter out = spec.commandLine().getOut();
      out.print(report.text());
      out.flush();
      return report.failed() ? ExitCode.BAD_INPUT : ExitCode.WHOLE;
    }
  }
}
