package dev.boxmill.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON objects of checkpoint directories: UTF-8, no key twice, nothing after the end. */
final class StrictJson {

  /** Far above any real configuration, index or header; below what would fill the heap. */
  static final int LARGEST_BYTES = 16 << 20;

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private StrictJson() {}

  static ObjectNode read(Path file) {
    RegularFile.check(file);
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
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot read " + file + ": " + e.getMessage() + " (check the file's permissions)", e);
    }
  }

  /** The bytes as a JSON object; {@code object} and {@code remedy} complete the error message. */
  static ObjectNode parse(byte[] bytes, String object, String remedy) {
    String start = "Cannot read " + object + ": ";
    try (JsonParser parser = MAPPER.createParser(text(bytes))) {
      JsonNode node = MAPPER.readTree(parser);
      if (!(node instanceof ObjectNode found)) {
        throw new CheckpointException(start + "it is no JSON object (" + remedy + ")");
      }
      if (parser.nextToken() != null) {
        throw new CheckpointException(start + "more follows after its end (" + remedy + ")");
      }
      return found;
    } catch (CharacterCodingException e) {
      throw new CheckpointException(start + "it is not UTF-8 text (" + remedy + ")", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          start
              + "not valid JSON: "
              + MessageText.text(e.getOriginalMessage())
              + " ("
              + remedy
              + ")",
          e);
    } catch (IOException e) {
      throw new CheckpointException(start + e.getMessage() + " (" + remedy + ")", e);
    }
  }

  private static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
