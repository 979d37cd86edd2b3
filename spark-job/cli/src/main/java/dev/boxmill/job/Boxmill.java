package dev.boxmill.job;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.table.Version;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line's entry point. */
@Command(
    name = "boxmill",
    description = "Pre-labels large image sets with DETR-family detectors on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Boxmill.VersionOption.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Boxmill implements Runnable {

  @Spec private CommandSpec spec;

  private Boxmill() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(commandLine(new DetectorLabelerProvider()), arguments));
  }

  /**
   * Runs a command. An error, such as a native library that can't be loaded, ends it like an
   * exception.
   *
   * @return the exit code of the process
   */
  public static int run(CommandLine commands, String[] arguments) {
    System.setProperty("ai.djl.offline", "true");
    try {
      return commands.execute(arguments);
    } catch (Error fatal) {
      fatal.printStackTrace();
      System.err.println("The run broke off: " + rootMessage(fatal));
      return ExitCode.RUN_FAILED;
    }
  }

  /** The commands, with what labels; tests bring their own. */
  public static CommandLine commandLine(LabelerProvider labelers) {
    return new CommandLine(new Boxmill())
        .addSubcommand(new LabelCommand(labelers))
        .addSubcommand(new RefineCommand())
        .addSubcommand(new PreflightCommand(labelers))
        .addSubcommand(new PreviewCommand())
        .addSubcommand(new EvaluateCommand())
        .addSubcommand(new CompareCommand())
        .addSubcommand(new TriageCommand())
        .addSubcommand(new TrainRefinerCommand())
        .addSubcommand(new ExportCommand())
        .addSubcommand(new ScenesCommand())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(Boxmill::explain);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (failure instanceof BadInputException || failure instanceof CheckpointException) {
      err.println(command.getColorScheme().errorText(failure.getMessage()));
      return ExitCode.BAD_INPUT;
    }
    failure.printStackTrace(err);
    err.println(command.getColorScheme().errorText("The run broke off: " + rootMessage(failure)));
    return ExitCode.RUN_FAILED;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  static final class VersionOption implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"boxmill " + Version.text()};
    }
  }
}
