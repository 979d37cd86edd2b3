package dev.boxmill.job;

import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.TestingLabeler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs the command line in this JVM and keeps what it said. */
public record TestingCommand(int exitCode, String out, String err) {

  /** With a labeler that needs no network. */
  public static TestingCommand run(String... arguments) {
    return run(TestingLabeler::prepare, arguments);
  }

  /** A command and some options. */
  static TestingCommand with(String[] command, String... more) {
    return run(Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new));
  }

  public static TestingCommand run(LabelerProvider labelers, String... arguments) {
    TestingSpark.session();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    PrintStream standardError = System.err;
    // Before the commands are made: picocli drops a writer that is older than System.err.
    System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
    CommandLine commands = Boxmill.commandLine(labelers);
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    commands.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    try {
      int exitCode = commands.execute(arguments);
      String both = console.toString(StandardCharsets.UTF_8) + err;
      return new TestingCommand(exitCode, out.toString(), both);
    } finally {
      System.setErr(standardError);
    }
  }
}
