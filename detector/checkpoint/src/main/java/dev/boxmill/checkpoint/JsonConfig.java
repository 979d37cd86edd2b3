package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A strict view of a JSON configuration such as {@code config.json}: every key must be read, be
 * held to the values that are supported, or be named as one that doesn't matter. {@link #finish}
 * refuses the rest, so that a key which changes the forward pass is never passed over.
 *
 * <p>A key that is {@code null} counts as absent, as it does where Hugging Face writes what was not
 * set; where null means something of its own, ask {@link #isNull}. Reads throw a {@link
 * CheckpointException} that names key, value and file. Not safe for use by several threads.
 */
public final class JsonConfig {

  private final Path file;
  private final String prefix;
  private final ObjectNode object;
  private final Set<String> accounted = new HashSet<>();
  private final List<Pattern> families = new ArrayList<>();
  private final Map<String, JsonConfig> children = new LinkedHashMap<>();

  private JsonConfig(Path file, String prefix, ObjectNode object) {
    this.file = file;
    this.prefix = prefix;
    this.object = object;
  }

  /**
   * Reads the file.
   *
   * @throws CheckpointException if it is absent or no JSON object
   */
  public static JsonConfig read(Path file) {
    return new JsonConfig(file, "", StrictJson.read(file));
  }

  /** Where it was read. */
  public Path file() {
    return file;
  }

  /** Whether the key is there with a value other than null. Doesn't count as reading it. */
  public boolean has(String key) {
    return object.hasNonNull(key);
  }

  /** Whether the key is there and null. Doesn't count as reading it. */
  public boolean isNull(String key) {
    return object.path(key).isNull();
  }

  /** Whether the key is there with a number. Doesn't count as reading it. */
  public boolean isNumber(String key) {
    return object.path(key).isNumber();
  }

  /** A whole number of 32 bits. */
  public int integer(String key) {
    return read(key, JsonKind.INTEGER).intValue();
  }

  public int integer(String key, int fallback) {
    return has(key) ? integer(key) : account(key, fallback);
  }

  /** A number, whole or not. */
  public double number(String key) {
    return read(key, JsonKind.NUMBER).doubleValue();
  }

  public double number(String key, double fallback) {
    return has(key) ? number(key) : account(key, fallback);
  }

  public String text(String key) {
    return read(key, JsonKind.TEXT).textValue();
  }

  public String text(String key, String fallback) {
    return has(key) ? text(key) : account(key, fallback);
  }

  /** True or false. */
  public boolean flag(String key) {
    return read(key, JsonKind.FLAG).booleanValue();
  }

  public boolean flag(String key, boolean fallback) {
    return has(key) ? flag(key) : account(key, fallback);
  }

  public List<Integer> integers(String key) {
    return list(key, JsonKind.INTEGERS, JsonNode::intValue);
  }

  public List<Integer> integers(String key, List<Integer> fallback) {
    return has(key) ? integers(key) : account(key, fallback);
  }

  public List<Double> numbers(String key) {
    return list(key, JsonKind.NUMBERS, JsonNode::doubleValue);
  }

  public List<Double> numbers(String key, List<Double> fallback) {
    return has(key) ? numbers(key) : account(key, fallback);
  }

  public List<String> texts(String key) {
    return list(key, JsonKind.TEXTS, JsonNode::textValue);
  }

  public List<String> texts(String key, List<String> fallback) {
    return has(key) ? texts(key) : account(key, fallback);
  }

  public List<Boolean> flags(String key) {
    return list(key, JsonKind.FLAGS, JsonNode::booleanValue);
  }

  public List<Boolean> flags(String key, List<Boolean> fallback) {
    return has(key) ? flags(key) : account(key, fallback);
  }

  /** An object such as {@code id2label}: class index to name, sorted by index. */
  public Map<Integer, String> classNames(String key) {
    ObjectNode node = (ObjectNode) read(key, JsonKind.CLASS_NAMES);
    Map<Integer, String> names = new TreeMap<>();
    node.properties()
        .forEach(p -> names.put(Integer.parseInt(p.getKey()), p.getValue().textValue()));
    return Collections.unmodifiableMap(names);
  }

  /** A nested object; its own keys are held to the same rule by this object's {@link #finish}. */
  public JsonConfig object(String key) {
    ObjectNode node = (ObjectNode) read(key, JsonKind.OBJECT);
    return children.computeIfAbsent(key, k -> new JsonConfig(file, prefix + k + ".", node));
  }

  /** A nested object, or an empty one where the key is absent. */
  public JsonConfig objectOrEmpty(String key) {
    if (has(key)) {
      return object(key);
    }
    accounted.add(key);
    return new JsonConfig(file, prefix + key + ".", StrictJson.MAPPER.createObjectNode());
  }

  /**
   * Holds a key to the values that the forward pass here supports; absent is fine, so the library's
   * default must be among them. Numbers are equal by value, lists by their elements.
   *
   * @param reason why others aren't, as in "only post-norm layers are supported"
   */
  public void allows(String key, String reason, Object... values) {
    accounted.add(key);
    if (!has(key)) {
      return;
    }
    JsonNode found = object.get(key);
    if (Arrays.stream(values).noneMatch(value -> same(found, value))) {
      String known =
          Arrays.stream(values)
              .map(value -> StrictJson.MAPPER.valueToTree(value).toString())
              .collect(Collectors.joining(" or "));
      throw new CheckpointException(
          "Unsupported " + shown(key) + ": " + reason + " (must be " + known + ")");
    }
  }

  /** Names keys that don't touch the forward pass: whatever they hold, it is passed over. */
  public void ignores(String... keys) {
    accounted.addAll(Arrays.asList(keys));
  }

  /** Names a family of keys that don't touch the forward pass, by what all of them look like. */
  public void ignoresLike(Pattern keys) {
    families.add(keys);
  }

  /**
   * Ends the reading.
   *
   * @throws CheckpointException naming every key, here and in the objects read from here, that was
   *     neither read nor allowed nor ignored
   */
  public void finish() {
    List<String> unknown = new ArrayList<>();
    collectUnknown(unknown);
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          "Cannot use "
              + file
              + ": it sets "
              + String.join(", ", unknown)
              + ", which may change what the network computes and is not supported (remove what"
              + " does not matter, or use a checkpoint without it)");
    }
  }

  private void collectUnknown(List<String> unknown) {
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      if (children.containsKey(property.getKey())) {
        children.get(property.getKey()).collectUnknown(unknown);
      } else if (!isAccounted(property.getKey()) && !property.getValue().isNull()) {
        unknown.add(MessageText.text(prefix + property.getKey() + "=" + property.getValue()));
      }
    }
  }

  private boolean isAccounted(String key) {
    return accounted.contains(key)
        || families.stream().anyMatch(family -> family.matcher(key).matches());
  }

  private JsonNode read(String key, JsonKind kind) {
    accounted.add(key);
    if (!has(key)) {
      throw new CheckpointException("Missing " + shown(key) + " (must be " + kind.rule() + ")");
    }
    JsonNode node = object.get(key);
    if (!kind.matches(node)) {
      throw new CheckpointException("Invalid " + shown(key) + " (must be " + kind.rule() + ")");
    }
    return node;
  }

  private <T> List<T> list(String key, JsonKind kind, Function<JsonNode, T> element) {
    List<T> values = new ArrayList<>();
    read(key, kind).forEach(node -> values.add(element.apply(node)));
    return List.copyOf(values);
  }

  private <T> T account(String key, T fallback) {
    accounted.add(key);
    return fallback;
  }

  private static boolean same(JsonNode found, Object allowed) {
    Comparator<JsonNode> byValue =
        (a, b) ->
            a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1;
    return found.equals(byValue, StrictJson.MAPPER.valueToTree(allowed));
  }

  private String shown(String key) {
    String value = object.has(key) ? ": " + MessageText.text(object.get(key).toString()) : "";
    return prefix + key + " in " + file + value;
  }
}
