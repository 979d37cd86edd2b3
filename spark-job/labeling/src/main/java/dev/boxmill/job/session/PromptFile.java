package dev.boxmill.job.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.detr.words.Phrase;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.detr.words.PromptClass;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A file of what a detector is to find: a class a line, {@code fruit: red apple, pear}, or one that
 * is called as it is asked for, {@code forklift}; or JSON {@code {"fruit": ["red apple", "pear"]}}.
 */
final class PromptFile {
  private static final int LARGEST = 16 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private PromptFile() {}

  /**
   * The prompt in a file.
   *
   * @throws BadInputException if there is no such file, or it is neither of the two
   */
  static Prompt read(String file, Configuration hadoop) {
    try {
      return parse(text(file, hadoop));
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Cannot read prompts " + file + ": " + reason(e) + " (check --prompts)", e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
  }

  private static String text(String file, Configuration hadoop) throws IOException {
    Path path = Locations.absolute(file, hadoop);
    try (InputStream in = Locations.store(path, hadoop).open(path)) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
    }
  }

  private static Prompt parse(String text) throws JsonProcessingException {
    return Prompt.of(text.stripLeading().startsWith("{") ? json(text) : lines(text));
  }

  /** A prompt as {@link #text} wrote it. */
  static Prompt recorded(String json) {
    try {
      return Prompt.of(json(json));
    } catch (JsonProcessingException damaged) {
      throw new IllegalArgumentException("it is no JSON", damaged);
    }
  }

  /** Classes and phrases in their order, as JSON: the same text for the same prompt. */
  static String text(Prompt prompt) {
    ObjectNode classes = JSON.createObjectNode();
    for (PromptClass one : prompt.classes()) {
      one.phrases().stream().map(Phrase::text).forEach(classes.putArray(one.name())::add);
    }
    return classes.toString();
  }

  private static Map<String, List<String>> json(String text) throws JsonProcessingException {
    Map<String, List<String>> phrases = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : JSON.readTree(text).properties()) {
      phrases.put(entry.getKey(), phrases(entry.getKey(), entry.getValue()));
    }
    return phrases;
  }

  private static List<String> phrases(String name, JsonNode value) {
    List<JsonNode> given = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(given::add);
    } else {
      given.add(value);
    }
    for (JsonNode phrase : given) {
      if (!phrase.isTextual()) {
        throw new IllegalArgumentException(
            "Invalid class '%s': %s (must be a phrase, or a list of phrases)"
                .formatted(name, value));
      }
    }
    return given.stream().map(JsonNode::asText).toList();
  }

  private static Map<String, List<String>> lines(String text) {
    Map<String, List<String>> phrases = new LinkedHashMap<>();
    for (String line : text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon).strip();
      List<String> words =
          colon < 0
              ? List.of(line)
              : Stream.of(line.substring(colon + 1).split(","))
                  .map(String::strip)
                  .filter(phrase -> !phrase.isEmpty())
                  .toList();
      if (name.isEmpty() || phrases.put(name, words) != null) {
        throw new IllegalArgumentException(
            "Invalid line '%s' (must begin with the name of a class that no other line has)"
                .formatted(line));
      }
    }
    return phrases;
  }
}
