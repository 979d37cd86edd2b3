package dev.boxmill.job;

import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * What a command answered inside a program that goes on, such as a Python session's driver. It
 * works in the Spark session that is there.
 *
 * @param exitCode what the process would have ended with, see {@link ExitCode}
 * @param out what it wrote to the standard output
 * @param err the errors that it named
 */
public record CommandReply(int exitCode, String out, String err) {

  /** Runs a command, given as its words on the command line. */
  public static CommandReply to(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Boxmill.commandLine(new DetectorLabelerProvider())
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode = Boxmill.run(commands, arguments);
    return new CommandReply(exitCode, out.toString(), err.toString());
  }
}
