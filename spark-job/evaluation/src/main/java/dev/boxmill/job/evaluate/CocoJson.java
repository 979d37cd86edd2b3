package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Walks through a COCO file of any size; every error names the file and the element. */
final class CocoJson implements Closeable {

  /** What to do with the file; runs inside the walk, which explains its failures. */
  interface Walk<T> {
    T through(CocoJson json) throws IOException;
  }

  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  private static final int BUFFER_BYTES = 1 << 20;

  private final String what;
  private final JsonParser parser;
  private String array = "";
  private int element = -1;

  private CocoJson(String what, JsonParser parser) {
    this.what = what;
    this.parser = parser;
  }

  /**
   * Reads a file.
   *
   * @param kind of file, for messages
   * @param uri on any Hadoop filesystem, or a path on this machine
   * @param hadoop its settings, asked for if needed
   * @throws BadInputException if it can't be read or is not as the walk expects
   */
  static <T> T read(String kind, String uri, Supplier<Configuration> hadoop, Walk<T> walk) {
    String what = kind + " " + uri;
    try {
      InputStream bytes = unzipped(new BufferedInputStream(open(uri, hadoop), BUFFER_BYTES));
      try (CocoJson json = new CocoJson(what, FACTORY.createParser(bytes))) {
        return walk.through(json);
      }
    } catch (JsonParseException failure) {
      String where = "line " + failure.getLocation().getLineNr();
      throw refusal(what, where + " is no JSON: " + failure.getOriginalMessage(), "", failure);
    } catch (IOException | IllegalArgumentException failure) {
      throw refusal(what, FailureReason.of(failure), "", failure);
    }
  }

  /** What a file holds that gzip may have made smaller, whatever its name says. */
  private static InputStream unzipped(InputStream file) throws IOException {
    file.mark(2);
    boolean zipped = file.read() == 0x1f && file.read() == 0x8b;
    file.reset();
    return zipped ? new GZIPInputStream(file, BUFFER_BYTES) : file;
  }

  /** A plain path that exists on this machine is read without waking Hadoop: that takes seconds. */
  private static InputStream open(String uri, Supplier<Configuration> hadoop) throws IOException {
    if (!uri.contains(":") && Files.isRegularFile(java.nio.file.Path.of(uri))) {
      return Files.newInputStream(java.nio.file.Path.of(uri));
    }
    Configuration settings = hadoop.get();
    Path path = Locations.absolute(uri, settings);
    return path.getFileSystem(settings).open(path);
  }

  /** Enters the file's object and gives its first field, or null if it has none. */
  String firstFieldOfFile() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw refusal("it is no JSON object", "give a file with images, annotations, categories");
    }
    return parser.nextFieldName();
  }

  /** Enters the file's array. */
  void enterArrayOfFile() throws IOException {
    enter("", "it is no JSON array", "give a file in COCO's result form");
  }

  /** Enters the array that the field holds. */
  void enterArray(String field) throws IOException {
    enter(field, "'" + field + "' is no array", "");
  }

  private void enter(String name, String refusal, String remedy) throws IOException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw refusal(refusal, remedy);
    }
    array = name;
    element = -1;
  }

  /** Goes on to the next element of the array, an object. */
  boolean nextObject() throws IOException {
    element++;
    JsonToken token = parser.nextToken();
    if (token == JsonToken.END_ARRAY) {
      return false;
    }
    if (token != JsonToken.START_OBJECT) {
      throw wrong("is no object");
    }
    return true;
  }

  /** The next field of the object, or null at its end. */
  String nextField() throws IOException {
    String name = parser.nextFieldName();
    if (name == null && parser.currentToken() != JsonToken.END_OBJECT) {
      throw wrong("is cut off");
    }
    return name;
  }

  void skip() throws IOException {
    parser.nextToken();
    parser.skipChildren();
  }

  long integer(String field) throws IOException {
    parser.nextToken();
    return currentInteger(field);
  }

  private long currentInteger(String field) throws IOException {
    JsonToken token = parser.currentToken();
    boolean whole = token == JsonToken.VALUE_NUMBER_INT;
    if (!whole && token == JsonToken.VALUE_NUMBER_FLOAT) {
      whole = parser.getDoubleValue() == Math.rint(parser.getDoubleValue());
    }
    if (!whole) {
      throw wrong("has a '" + field + "' that is no whole number: " + parser.getText());
    }
    return parser.getLongValue();
  }

  /** A whole number, or a text that stands for one. */
  long id(String field, CocoIds ids) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_STRING) {
      return ids.of(parser.getText());
    }
    return currentInteger(field);
  }

  double number(String field) throws IOException {
    parser.nextToken();
    return currentNumber(field);
  }

  String text(String field) throws IOException {
    if (parser.nextToken() != JsonToken.VALUE_STRING) {
      throw wrong("has a '" + field + "' that is no text: " + parser.getText());
    }
    return parser.getText();
  }

  /** A text, or an empty one for null and all else. */
  String textOrNothing() throws IOException {
    String text = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
    parser.skipChildren();
    return text;
  }

  /** A text of an object that the field holds; empty if there is no such object or text. */
  String textWithin(String key) throws IOException {
    String found = "";
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return found;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String text = textOrNothing();
      found = name.equals(key) ? text : found;
    }
    return found;
  }

  /** 0, 1, false or true. */
  boolean flag(String field) throws IOException {
    JsonToken token = parser.nextToken();
    if (token.isBoolean()) {
      return token == JsonToken.VALUE_TRUE;
    }
    return currentNumber(field) != 0;
  }

  /** Four numbers. */
  double[] box(String field) throws IOException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw wrong("has a '" + field + "' that is no array");
    }
    double[] box = new double[4];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      double value = currentNumber(field);
      if (count < box.length) {
        box[count] = value;
      }
      count++;
    }
    if (count != box.length) {
      throw wrong("has a '" + field + "' of " + count + " numbers (must be x, y, width, height)");
    }
    return box;
  }

  long[] ids(String field, CocoIds ids) throws IOException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw wrong("has a '" + field + "' that is no array");
    }
    LongStream.Builder values = LongStream.builder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        values.add(ids.of(parser.getText()));
        continue;
      }
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw wrong("has a '" + field + "' that holds no whole number: " + parser.getText());
      }
      values.add(parser.getLongValue());
    }
    return values.build().toArray();
  }

  private double currentNumber(String field) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw wrong("has a '" + field + "' that is no number: " + parser.getText());
    }
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw wrong("has a '" + field + "' that is not finite: " + parser.getText());
    }
    return value;
  }

  /** The refusal of an element that lacks a field. */
  BadInputException missing(String field) {
    return wrong("has no '" + field + "'");
  }

  /** The refusal of the element that was read last. */
  BadInputException wrong(String reason) {
    return refusal(String.format(Locale.ROOT, "%s[%d] %s", array, element, reason), "");
  }

  /** The refusal of the file. */
  BadInputException refusal(String reason, String remedy) {
    return refusal(what, reason, remedy, null);
  }

  private static BadInputException refusal(
      String what, String reason, String remedy, Exception cause) {
    String close = remedy.isEmpty() ? "" : " (" + remedy + ")";
    return new BadInputException("Cannot read " + what + ": " + reason + close, cause);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
