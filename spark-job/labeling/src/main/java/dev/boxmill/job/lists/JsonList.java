package dev.boxmill.job.lists;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.lists.ListLines.Line;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * JSON: a line for each image, an array of images, or an object with an array {@code images}, as
 * COCO has it. An image is its address, or an object with a field of it.
 */
final class JsonList {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The same for a value within a document. */
  private static final ObjectMapper WITHIN = new ObjectMapper();

  /** A line of a document, which no other object can follow. */
  private static final Pattern GOES_ON = Pattern.compile(".*[\\[{,:]\\s*", Pattern.DOTALL);

  private static final String IMAGES = "images";
  private static final String NO_ADDRESS = "it holds no address of an image";

  private final ListFile file;
  private final String start;
  private final ListReader reader;

  /**
   * @param start some thousand characters of it
   */
  JsonList(ListFile file, String start, ListReader reader) {
    this.file = file;
    this.start = start;
    this.reader = reader;
  }

  void read() throws IOException {
    if (isLines()) {
      readLines();
    } else {
      readDocument();
    }
  }

  private boolean isLines() {
    if (file.isNamed("jsonl", "ndjson", "manifest")) {
      return true;
    }
    List<String> lines = start.lines().filter(line -> !line.isBlank()).limit(2).toList();
    return isImage(lines.get(0))
        || (lines.size() > 1
            && lines.get(1).startsWith("{")
            && !GOES_ON.matcher(lines.get(0)).matches());
  }

  private static boolean isImage(String line) {
    try {
      return JsonAddress.of(MAPPER.readTree(line)).isPresent();
    } catch (JsonProcessingException incomplete) {
      return false;
    }
  }

  private void readLines() throws IOException {
    try (ListLines lines = file.lines()) {
      try {
        for (Line line = lines.next(); line != null; line = lines.next()) {
          if (!line.text().isBlank()) {
            read(line);
          }
        }
      } catch (EOFException | ZipException broken) {
        reader.addUnreadable(lines.count() + 1, "the list breaks off there");
      }
    }
  }

  private void read(Line line) {
    try {
      add(MAPPER.readTree(line.text()), line.number());
    } catch (JsonProcessingException damaged) {
      reader.addUnreadable(line.number(), "it is no JSON, " + reason(damaged));
    }
  }

  private void add(JsonNode image, long line) {
    Optional<String> address = JsonAddress.of(image);
    if (address.isPresent()) {
      reader.add(address.get(), ListFields.ofObject(image));
    } else {
      reader.addUnreadable(line, NO_ADDRESS);
    }
  }

  private void readDocument() throws IOException {
    try (Reader text = file.whole();
        JsonParser json = MAPPER.createParser(text)) {
      try {
        readValues(json);
      } catch (JsonProcessingException | EOFException | ZipException broken) {
        reader.addUnreadable(line(json), "it is no JSON from there on, " + reason(broken));
      }
    }
  }

  private void readValues(JsonParser json) throws IOException {
    for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
      switch (token) {
        case START_ARRAY -> readArray(json);
        case START_OBJECT -> readObject(json);
        default -> add(WITHIN.readTree(json), line(json));
      }
    }
  }

  private void readArray(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      long line = line(json);
      add(WITHIN.readTree(json), line);
    }
  }

  /** Annotations may be many times as much as the images: they are not held. */
  private void readObject(JsonParser json) throws IOException {
    long line = line(json);
    boolean images = false;
    ObjectNode image = WITHIN.createObjectNode();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_ARRAY && name.equals(IMAGES)) {
        images = true;
        readArray(json);
      } else if (value.isScalarValue() || JsonAddress.mayHold(name)) {
        image.set(name, WITHIN.readTree(json));
      } else {
        json.skipChildren();
      }
    }
    if (!images) {
      add(image, line);
    }
  }

  private static long line(JsonParser json) {
    return json.currentTokenLocation().getLineNr();
  }

  private static String reason(IOException broken) {
    return broken instanceof JsonProcessingException json && json.getOriginalMessage() != null
        ? json.getOriginalMessage().lines().findFirst().orElse("")
        : "it breaks off";
  }
}
