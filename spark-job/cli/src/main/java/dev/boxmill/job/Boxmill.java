package dev.boxmill.job;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.table.DamagedPart;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.text.VisibleText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import org.apache.hadoop.util.ShutdownHookManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
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

  @Mixin private MachineArguments machine;

  private Boxmill() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    end(commandLine(new DetectorLabelerProvider()), arguments);
  }

  /** The same with given commands. Results come last, after all that Spark says while it stops. */
  static void end(CommandLine commands, String[] arguments) {
    EarlyExit watch = EarlyExit.watch();
    PrintStream out = System.out;
    showControlCharacters(commands);
    StringWriter results = new StringWriter();
    commands.setOut(new PrintWriter(results));
    int exitCode = run(commands, arguments);
    out.print(results);
    out.flush();
    System.exit(watch.ended(exitCode));
  }

  /**
   * Whoever prints to the console, log and plugins too, is shown and not obeyed. The command line
   * itself colors its help.
   */
  private static void showControlCharacters(CommandLine commands) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    Charset charset = Charset.defaultCharset();
    System.setOut(VisibleText.stream(out, charset));
    System.setErr(VisibleText.stream(err, charset));
    // After that: picocli drops a writer that is older than System.err.
    commands.setOut(new PrintWriter(out, true, charset));
    commands.setErr(new PrintWriter(err, true, charset));
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
      Optional<String> full = FullDisk.explanation(fatal);
      if (full.isPresent()) {
        System.err.println(full.get());
        return ExitCode.RUN_FAILED;
      }
      fatal.printStackTrace();
      System.err.println("The run broke off: " + rootMessage(fatal));
      return ExitCode.RUN_FAILED;
    }
  }

  /** The commands, with what labels; tests bring their own. */
  public static CommandLine commandLine(LabelerProvider labelers) {
    CommandLine commands = new CommandLine(new Boxmill());
    commands
        .addSubcommand(new LabelCommand(labelers))
        .addSubcommand(new RefineCommand())
        .addSubcommand(new PreflightCommand(labelers))
        .addSubcommand(new PreviewCommand())
        .addSubcommand(new EvaluateCommand())
        .addSubcommand(new CalibrateCommand())
        .addSubcommand(new CompareCommand())
        .addSubcommand(new FuseCommand())
        .addSubcommand(new TriageCommand())
        .addSubcommand(new ReviewCommand())
        .addSubcommand(new TrainRefinerCommand())
        .addSubcommand(new TrainDetectorCommand())
        .addSubcommand(new ExportCommand())
        .addSubcommand(new ScenesCommand())
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(Boxmill::execute)
        .setExecutionExceptionHandler(Boxmill::explain);
    commands
        .getSubcommands()
        .values()
        .forEach(command -> OptionSections.group(command.getCommandSpec()));
    return commands;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    parsed
        .asCommandLineList()
        .forEach(command -> command.setOut(VisibleText.writer(command.getOut())));
    try {
      ((Boxmill) parsed.commandSpec().userObject()).machine.apply();
    } catch (BadInputException refused) {
      throw new ExecutionException(
          parsed.commandSpec().commandLine(), refused.getMessage(), refused);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int explain(Exception thrown, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    Exception failure = named(thrown);
    if (failure instanceof BadInputException || failure instanceof CheckpointException) {
      err.println(command.getColorScheme().errorText(VisibleText.lines(failure.getMessage())));
      return ExitCode.BAD_INPUT;
    }
    Optional<String> full = FullDisk.explanation(failure);
    if (full.isPresent()) {
      err.println(command.getColorScheme().errorText(VisibleText.lines(full.get())));
      return ExitCode.RUN_FAILED;
    }
    if (ShutdownHookManager.get().isShutdownInProgress()) {
      // Spark has stopped already, and what failed is what waited for it.
      err.println(command.getColorScheme().errorText("Stopped before its end"));
      return ExitCode.RUN_FAILED;
    }
    failure.printStackTrace(VisibleText.writer(err));
    String reason = VisibleText.lines(rootMessage(failure));
    err.println(command.getColorScheme().errorText("The run broke off: " + reason));
    return ExitCode.RUN_FAILED;
  }

  /** The same for every command that reads a table. */
  private static Exception named(Exception failure) {
    return failure instanceof BadInputException
        ? failure
        : DamagedPart.refusal(failure).map(Exception.class::cast).orElse(failure);
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
