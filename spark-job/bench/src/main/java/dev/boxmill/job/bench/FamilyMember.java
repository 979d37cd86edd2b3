package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ReadingArchitecture;
import dev.boxmill.detr.words.Phrase;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.detr.words.PromptClass;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A row of {@code bench family}, as {@code family.json} lists it: {@code config} is what a {@code
 * config.json} of it says. Of a network that transformers doesn't have, or computes as another one,
 * {@code transformers} is false; or it says {@code published} and its name in {@link #PUBLISHED}
 * instead.
 *
 * @param size of the network's input
 * @param config what a {@code config.json} of it says, where transformers has such networks
 * @param inLibrary whether transformers computes this very network
 * @param phrases tokens of what a network that reads is asked for, each phrase a class; else none
 */
record FamilyMember(
    String name,
    ImageSize size,
    Optional<JsonNode> config,
    boolean inLibrary,
    List<List<Integer>> phrases,
    Supplier<Architecture> network) {

  /** Networks in their published configuration that have no {@code config.json}. */
  private static final Map<String, Supplier<Architecture>> PUBLISHED =
      Map.of(
          "dn-detr", () -> PublishedNetworks.dnDetr(32),
          "dn-detr-dc5", () -> PublishedNetworks.dnDetr(16),
          "dino-4", () -> PublishedNetworks.dino(4),
          "dino-5", () -> PublishedNetworks.dino(5),
          "dino-swin-t", PublishedNetworks::dinoSwin,
          "co-dino", PublishedNetworks::coDino,
          "co-dino-swin-l", PublishedNetworks::coDinoSwin);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** All rows, in the table's order. */
  static List<FamilyMember> all() throws IOException {
    List<FamilyMember> members = new ArrayList<>();
    try (InputStream in = FamilyMember.class.getResourceAsStream("family.json")) {
      for (JsonNode row : JSON.readTree(in)) {
        members.add(parse(row));
      }
    }
    return members;
  }

  static FamilyMember named(String name) throws IOException {
    return all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  static FamilyMember parse(JsonNode row) {
    ImageSize size = new ImageSize(row.get("width").asInt(), row.get("height").asInt());
    String name = row.get("name").asText();
    if (row.has("published")) {
      return new FamilyMember(
          name,
          size,
          Optional.empty(),
          false,
          List.of(),
          PUBLISHED.get(row.get("published").asText()));
    }
    JsonNode config = row.get("config");
    boolean inLibrary = row.path("transformers").asBoolean(true);
    List<List<Integer>> phrases = phrases(row.path("phrases"));
    return new FamilyMember(
        name, size, Optional.of(config), inLibrary, phrases, () -> architecture(config, phrases));
  }

  private static List<List<Integer>> phrases(JsonNode rows) {
    List<List<Integer>> phrases = new ArrayList<>();
    for (JsonNode row : rows) {
      List<Integer> tokens = new ArrayList<>();
      row.forEach(token -> tokens.add(token.asInt()));
      phrases.add(tokens);
    }
    return phrases;
  }

  private static Architecture architecture(JsonNode config, List<List<Integer>> phrases) {
    Architecture architecture = architecture(config);
    if (!(architecture instanceof ReadingArchitecture reading)) {
      return architecture;
    }
    List<PromptClass> classes = new ArrayList<>();
    for (List<Integer> tokens : phrases) {
      Phrase phrase = new Phrase(tokens.toString(), tokens);
      classes.add(new PromptClass(phrase.text(), List.of(phrase)));
    }
    return reading.reading(new Prompt(classes, Prompt.AS_BOXES));
  }

  private static Architecture architecture(JsonNode config) {
    try {
      Path file = Files.createTempFile("boxmill-config-", ".json");
      try {
        return DetrFamily.parse(JsonConfig.read(Files.write(file, JSON.writeValueAsBytes(config))));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a configuration", e);
    }
  }
}
