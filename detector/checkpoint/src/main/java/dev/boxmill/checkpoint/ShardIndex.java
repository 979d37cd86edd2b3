package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * {@code model.safetensors.index.json}, or {@code pytorch_model.bin.index.json}: which shard holds
 * which tensor. Shards are plain file names beside the index; anything that could lead elsewhere is
 * refused.
 */
final class ShardIndex {

  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
  private static final Pattern INDEX = Pattern.compile(".*(\\.[a-z]+)\\.index\\.json");

  private ShardIndex() {}

  /** Tensor name to the file name of its shard. */
  static Map<String, String> read(Path index) {
    JsonNode weightMap = StrictJson.read(index).path("weight_map");
    if (!(weightMap instanceof ObjectNode object) || object.isEmpty()) {
      throw refusal(index, "its weight_map is missing, empty or no JSON object");
    }
    Map<String, String> shards = new TreeMap<>();
    String extension = INDEX.matcher(index.toString()).replaceFirst("$1");
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      String tensor = property.getKey();
      shards.put(tensor, shard(index, tensor, property.getValue(), extension));
    }
    return shards;
  }

  private static String shard(Path index, String tensor, JsonNode value, String extension) {
    boolean plain = value.isTextual() && SHARD.matcher(value.textValue()).matches();
    if (!plain || !value.textValue().endsWith(extension)) {
      throw refusal(
          index,
          "tensor "
              + MessageText.name(tensor)
              + " is said to lie in "
              + MessageText.text(value.toString())
              + ", which is no plain name of a "
              + extension
              + " file");
    }
    return value.textValue();
  }

  static CheckpointException refusal(Path index, String reason) {
    return new CheckpointException(
        "Cannot read " + index + ": " + reason + " (download or save the checkpoint again)");
  }
}
