package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.bench.FamilyRow.Side;
import dev.boxmill.job.error.BadInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

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
  private Map<String, String> missing = Map.of();

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

  /**
   * Makes it hold a network with random weights, in place of the one before.
   *
   * @return which sides it has; one that names none has transformers' two
   */
  Set<Side> load(FamilyMember member, int threads) throws IOException {
    ObjectNode request = JSON.createObjectNode();
    request.set("config", member.config().orElseThrow());
    request.put("transformers", member.inLibrary());
    request.put("height", member.size().height()).put("width", member.size().width());
    if (!member.phrases().isEmpty()) {
      request.set("phrases", JSON.valueToTree(member.phrases()));
    }
    JsonNode answer = answer(request.put("threads", threads));
    missing = new TreeMap<>();
    for (Map.Entry<String, JsonNode> reason : answer.path("cannot").properties()) {
      missing.put(reason.getKey(), reason.getValue().asText());
    }
    if (!answer.has("sides")) {
      return member.inLibrary()
          ? EnumSet.of(Side.TRANSFORMERS_FP32, Side.TRANSFORMERS_BF16)
          : EnumSet.noneOf(Side.class);
    }
    Set<Side> sides = EnumSet.noneOf(Side.class);
    for (Side side : Side.values()) {
      answer.get("sides").forEach(name -> addIfNamed(side, name.asText(), sides));
    }
    return sides;
  }

  private static void addIfNamed(Side side, String name, Set<Side> sides) {
    if (side.request().equals(name)) {
      sides.add(side);
    }
  }

  /** Of the network that it holds: runtimes that don't take it, and what they say. */
  Map<String, String> missing() {
    return missing;
  }

  /** Milliseconds of one image; none where that side can't run it. */
  OptionalDouble run(Side side) throws IOException {
    return run(side.request());
  }

  /**
   * Milliseconds of one image; none where the peer can't run it.
   *
   * @param name of a side, as the peer knows it
   */
  OptionalDouble run(String name) throws IOException {
    JsonNode answer = answer(JSON.createObjectNode().put("run", name));
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
