package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolBox;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Label Studio's export "JSON": tasks with annotations. Of several annotations of a task the one
 * that is marked as ground truth counts, else the last one that was not cancelled. A task that has
 * none counts by its prediction.
 */
final class LabelStudioTasks {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an upload's name begins with, beside the name that the file had. */
  private static final Pattern UPLOADED = Pattern.compile("(.*/data/upload/\\d+/)[0-9a-f]{8}-(.+)");

  private static final Pattern LOCAL = Pattern.compile(".*[?&]d=([^&]+).*");

  private final String uri;
  private final Reviewed reviewed;
  private final ToolAnnotations found = new ToolAnnotations();
  private int task = -1;

  LabelStudioTasks(String uri, Reviewed reviewed) {
    this.uri = uri;
    this.reviewed = reviewed;
  }

  /** Reads all tasks, one after the other. */
  ToolAnnotations read(InputStream in) throws IOException {
    try (JsonParser parser = JSON.createParser(in)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        task++;
        JsonNode node = JSON.readTree(parser);
        add(node);
      }
    }
    return found;
  }

  private void add(JsonNode node) {
    if (!node.has("data")) {
      throw wrong("has no 'data' (export the project as JSON, not as JSON-MIN)");
    }
    String name = name(node.get("data"));
    Optional<JsonNode> annotation = annotation(node);
    if (annotation.isEmpty()) {
      draft(node, name);
      return;
    }
    add(name, annotation.get(), node);
  }

  /** A task that nobody completed. */
  private void draft(JsonNode node, String name) {
    if (reviewed != Reviewed.ALL) {
      found.find(Kind.UNREVIEWED);
      return;
    }
    JsonNode predictions = node.path("predictions");
    if (predictions.isArray() && !predictions.isEmpty() && predictions.get(0).isObject()) {
      found.find(Kind.DRAFT);
      add(name, predictions.get(predictions.size() - 1), node);
    } else {
      found.find(Kind.UNREVIEWED);
    }
  }

  private static Optional<JsonNode> annotation(JsonNode node) {
    JsonNode annotations =
        node.has("annotations") ? node.get("annotations") : node.path("completions");
    JsonNode last = null;
    for (JsonNode annotation : annotations) {
      if (annotation.path("was_cancelled").asBoolean() || !annotation.has("result")) {
        continue;
      }
      if (annotation.path("ground_truth").asBoolean()) {
        return Optional.of(annotation);
      }
      last = annotation;
    }
    return Optional.ofNullable(last);
  }

  private void add(String name, JsonNode annotation, JsonNode node) {
    List<ToolBox> boxes = new ArrayList<>();
    int width = 0;
    int height = 0;
    for (JsonNode result : annotation.path("result")) {
      width = Math.max(width, result.path("original_width").asInt());
      height = Math.max(height, result.path("original_height").asInt());
      box(result).ifPresent(boxes::add);
    }
    for (JsonNode prediction : node.path("predictions")) {
      for (JsonNode result : prediction.path("result")) {
        width = Math.max(width, result.path("original_width").asInt());
        height = Math.max(height, result.path("original_height").asInt());
      }
    }
    found.add(new ToolImage(name, width, height, boxes));
  }

  private Optional<ToolBox> box(JsonNode result) {
    JsonNode value = result.path("value");
    JsonNode labels = labels(value);
    if (!labels.isArray() || labels.isEmpty()) {
      if (value.has("x") || value.has("points")) {
        found.find(Kind.WITHOUT_CLASS);
      }
      return Optional.empty();
    }
    double across = number(result, "original_width") / 100;
    double down = number(result, "original_height") / 100;
    String label = labels.get(0).asText();
    if (value.has("points") && value.get("points").isArray()) {
      List<Double> points = new ArrayList<>();
      for (JsonNode point : value.get("points")) {
        points.add(point.path(0).asDouble() * across);
        points.add(point.path(1).asDouble() * down);
      }
      found.find(Kind.OTHER_SHAPE);
      return Optional.of(ToolBox.around(label, points));
    }
    if (!value.has("width") || !value.has("height")) {
      found.find(Kind.UNKNOWN_SHAPE);
      return Optional.empty();
    }
    double x = number(value, "x") * across;
    double y = number(value, "y") * down;
    ToolBox box =
        new ToolBox(label, x, y, number(value, "width") * across, number(value, "height") * down);
    double rotation = value.path("rotation").asDouble();
    if (rotation == 0) {
      return Optional.of(box);
    }
    found.find(Kind.OTHER_SHAPE);
    return Optional.of(box.turned(rotation, x, y));
  }

  private static JsonNode labels(JsonNode value) {
    return value.has("rectanglelabels")
        ? value.get("rectanglelabels")
        : value.path("polygonlabels");
  }

  private double number(JsonNode node, String field) {
    JsonNode number = node.path(field);
    if (!number.isNumber()) {
      throw wrong("has a result without the number '" + field + "'");
    }
    return number.asDouble();
  }

  /** Of the image, as its file has it. */
  private String name(JsonNode data) {
    String address = data.path("image").asText("");
    for (JsonNode other : data) {
      if (address.isEmpty() && other.isTextual()) {
        address = other.asText();
      }
    }
    if (address.isEmpty()) {
      throw wrong("names no image in its 'data'");
    }
    Matcher local = LOCAL.matcher(address);
    if (local.matches()) {
      return decoded(local.group(1));
    }
    Matcher uploaded = UPLOADED.matcher(address);
    if (uploaded.matches()) {
      return decoded(uploaded.group(1) + uploaded.group(2));
    }
    return address.startsWith("http") ? decoded(address.replaceFirst("[?#].*", "")) : address;
  }

  private static String decoded(String path) {
    return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private RuntimeException wrong(String reason) {
    return ToolExport.refusal(uri, "task [" + task + "] " + reason, null);
  }
}
