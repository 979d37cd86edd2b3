package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.Architecture;
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
 * config.json} of it says; a network that transformers doesn't have says {@code published} and its
 * name in {@link #PUBLISHED} instead.
 *
 * @param size of the network's input
 * @param config for transformers, where it has the network
 */
record FamilyMember(
    String name, ImageSize size, Optional<JsonNode> config, Supplier<Architecture> network) {

  /** Networks in their published configuration that have no {@code config.json}. */
  private static final Map<String, Supplier<Architecture>> PUBLISHED =
      Map.of(
          "dn-detr", () -> PublishedNetworks.dnDetr(32),
          "dn-detr-dc5", () -> PublishedNetworks.dnDetr(16),
          "dino-4", () -> PublishedNetworks.dino(4),
          "dino-5", () -> PublishedNetworks.dino(5));

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
          name, size, Optional.empty(), PUBLISHED.get(row.get("published").asText()));
    }
    JsonNode config = row.get("config");
    return new FamilyMember(name, size, Optional.of(config), () -> architecture(config));
  }

  private static Architecture architecture(JsonNode config) {
    try {
      Path file = Files.createTempFile("boxmill-config-", ".json");
      try {
        return Architecture.parse(
            JsonConfig.read(Files.write(file, JSON.writeValueAsBytes(config))));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a configuration", e);
    }
  }
}
