package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the JSON at the head of a safetensors file into tensor entries, and believes none of it:
 * each entry's bytes must be as many as its shape and type ask for. Format: <a
 * href="https://github.com/huggingface/safetensors#format">huggingface/safetensors</a>.
 */
final class SafetensorsHeader {

  static final String REMEDY = "the file is damaged: download or save it again";

  static final String METADATA = "__metadata__";
  private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

  private final Path file;

  private SafetensorsHeader(Path file) {
    this.file = file;
  }

  /**
   * All tensors of the header, each right in itself; whether they fit each other is for {@link
   * TensorLayout}.
   */
  static List<TensorEntry> parse(Path file, byte[] json) {
    ObjectNode header = StrictJson.parse(json, "the header of " + file, REMEDY);
    SafetensorsHeader reader = new SafetensorsHeader(file);
    List<TensorEntry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : header.properties()) {
      if (property.getKey().equals(METADATA)) {
        reader.checkMetadata(property.getValue());
      } else {
        entries.add(reader.entry(property.getKey(), property.getValue()));
      }
    }
    return entries;
  }

  static CheckpointException refusal(Path file, String tensor, String reason, String remedy) {
    return new CheckpointException(
        "Cannot read tensor "
            + MessageText.name(tensor)
            + " of "
            + file
            + ": "
            + reason
            + " ("
            + remedy
            + ")");
  }

  private TensorEntry entry(String name, JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      throw refusal(name, "its description is no JSON object");
    }
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      if (!KEYS.contains(property.getKey())) {
        throw refusal(
            name, "its description has the unknown key " + MessageText.name(property.getKey()));
      }
    }
    List<Long> offsets = wholeNumbers(name, object, "data_offsets");
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw refusal(name, "its data_offsets are " + MessageText.text(offsets.toString()));
    }
    TensorEntry entry =
        new TensorEntry(
            name,
            dtype(name, object),
            wholeNumbers(name, object, "shape"),
            offsets.get(0),
            offsets.get(1));
    checkSize(entry);
    return entry;
  }

  private DType dtype(String name, ObjectNode object) {
    JsonNode node = object.path("dtype");
    if (!node.isTextual()) {
      throw refusal(name, "its dtype is missing or no text");
    }
    return DType.of(node.textValue())
        .orElseThrow(
            () ->
                refusal(
                    file,
                    name,
                    "unknown dtype " + MessageText.name(node.textValue()),
                    "known: " + DType.known()));
  }

  private List<Long> wholeNumbers(String name, ObjectNode object, String key) {
    JsonNode array = object.path(key);
    if (!array.isArray()) {
      throw refusal(name, "its " + key + " is missing or no list");
    }
    List<Long> numbers = new ArrayList<>(array.size());
    for (JsonNode number : array) {
      if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
        throw refusal(
            name,
            "its "
                + key
                + " holds "
                + MessageText.text(number.toString())
                + ", no whole number >= 0");
      }
      numbers.add(number.longValue());
    }
    return numbers;
  }

  private void checkSize(TensorEntry entry) {
    String shape = "shape " + MessageText.shape(entry.shape()) + " of " + entry.dtype();
    long bits;
    try {
      bits = entry.bitsOfShape();
    } catch (ArithmeticException e) {
      throw refusal(entry.name(), shape + " is larger than any file");
    }
    if (bits % 8 != 0 || bits / 8 != entry.byteCount()) {
      throw refusal(
          entry.name(),
          shape + " takes " + bytes(bits) + " bytes, the header gives it " + entry.byteCount());
    }
  }

  /** The smallest types may end within a byte. */
  private static String bytes(long bits) {
    return bits % 8 == 0 ? Long.toString(bits / 8) : Double.toString(bits / 8.0);
  }

  private void checkMetadata(JsonNode metadata) {
    boolean texts = metadata.isObject();
    for (JsonNode value : metadata) {
      texts &= value.isTextual();
    }
    if (!texts) {
      throw new CheckpointException(
          "Cannot read the header of "
              + file
              + ": its "
              + METADATA
              + " holds more than texts ("
              + REMEDY
              + ")");
    }
  }

  private CheckpointException refusal(String tensor, String reason) {
    return refusal(file, tensor, reason, REMEDY);
  }
}
