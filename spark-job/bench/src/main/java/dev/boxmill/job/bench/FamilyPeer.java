package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.error.BadInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The other side of {@code bench family} and {@code bench forward}: a process that holds other
 * runtimes' networks and runs them when told to ({@code family_peer.py}, {@code forward_peer.py}).
 * A line of JSON goes out, a line comes back.
 */
final class FamilyPeer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer out;
  private final BufferedReader in;

  private FamilyPeer(Process process) {
    this.process = process;
    this.out = process.outputWriter();
    this.in = process.inputReader();
  }

  /**
   * Starts it.
   *
   * @param command program and arguments, separated by spaces
   * @throws BadInputException if there is no such program
   */
  static FamilyPeer start(String command) {
    ProcessBuilder builder = new ProcessBuilder(List.of(command.strip().split("\\s+")));
    // ./boxmill's setting of its own memory: others run as their users run them
    builder.environment().remove("GLIBC_TUNABLES");
    try {
      return new FamilyPeer(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot start " + command + ": " + e.getMessage() + " (check --peer)", e);
    }
  }

  /** Makes it hold a network with random weights, in place of the one before. */
  void load(FamilyMember member, int threads) throws IOException {
    ObjectNode request = JSON.createObjectNode();
    request.set("config", member.config().orElseThrow());
    request.put("height", member.size().height()).put("width", member.size().width());
    answer(request.put("threads", threads));
  }

  /**
   * Milliseconds of one image; none where transformers can't run this precision.
   *
   * @param dtype {@code float32} or {@code bfloat16}
   */
  OptionalDouble run(String dtype) throws IOException {
    JsonNode answer = answer(JSON.createObjectNode().put("run", dtype));
    return answer.has("ms")
        ? OptionalDouble.of(answer.get("ms").asDouble())
        : OptionalDouble.empty();
  }

  private JsonNode answer(ObjectNode request) throws IOException {
    out.write(JSON.writeValueAsString(request) + "\n");
    out.flush();
    String line = in.readLine();
    if (line == null) {
      throw new BadInputException(
          "Cannot go on: the peer ended with " + exitCode() + " (its messages stand above)");
    }
    return JSON.readTree(line);
  }

  private int exitCode() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the peer ended", e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    in.close();
    exitCode();
  }
}
