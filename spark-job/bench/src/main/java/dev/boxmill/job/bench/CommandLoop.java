package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.Boxmill;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs one command after another in this process, so that a script pays for the JVM's start once.
 * Each line of the input is a JSON array of a command's arguments; each line of the output is a
 * JSON object: {@code exit}, the exit code, and {@code said}, what the command wrote to both
 * streams.
 */
final class CommandLoop {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandLoop() {}

  /** Runs the commands to the end of the input. */
  static void run(InputStream commands, PrintStream replies) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      replies.println(JSON.writeValueAsString(reply(JSON.readValue(line, String[].class))));
      replies.flush();
    }
  }

  private static Map<String, Object> reply(String[] arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      Map<String, Object> reply = new LinkedHashMap<>();
      reply.put("exit", Boxmill.run(Boxmill.commandLine(new DetectorLabelerProvider()), arguments));
      both.flush();
      reply.put("said", said.toString(StandardCharsets.UTF_8));
      return reply;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
