package dev.boxmill.detr.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** JSON objects of checkpoint directories: UTF-8, no key twice, nothing after the end. */
final class StrictJson {

  /** Far above any real configuration, index or header; below what would fill the heap. */
  static final int LARGEST_BYTES = 16 << 20;

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private StrictJson() {}

  static ObjectNode read(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(LARGEST_BYTES + 1);
      if (bytes.length > LARGEST_BYTES) {
        throw new CheckpointException(
            "Cannot read "
                + file
                + ": it is larger than "
                + LARGEST_BYTES
                + " bytes (it must be a JSON file of a Hugging Face checkpoint)");
      }
      return parse(bytes, file.toString(), "save the checkpoint again");
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          "Cannot read " + file + ": no such file (name a Hugging Face checkpoint directory)", e);
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot read " + file + ": " + e.getMessage() + " (check the file's permissions)", e);
    }
  }

  /** The bytes as a JSON object; {@code object} and {@code remedy} complete the error message. */
  static ObjectNode parse(byte[] bytes, String object, String remedy) {
    String start = "Cannot read " + object + ": ";
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonNode node = MAPPER.readTree(text);
      if (node instanceof ObjectNode found) {
        return found;
      }
      throw new CheckpointException(start + "it is no JSON object (" + remedy + ")");
    } catch (CharacterCodingException e) {
      throw new CheckpointException(start + "it is not UTF-8 text (" + remedy + ")", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          start + "not valid JSON: " + Shown.text(e.getOriginalMessage()) + " (" + remedy + ")", e);
    }
  }
}
