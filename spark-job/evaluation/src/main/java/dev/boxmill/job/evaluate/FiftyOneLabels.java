package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolBox;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolImage;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.ImageSize;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * FiftyOne's {@code FiftyOneImageDetectionDataset}, {@code labels.json} with the images in {@code
 * data} or listed in {@code data.json}, and {@code FiftyOneDataset}, {@code samples.json}. Their
 * boxes are shares of an image, whose size only its file or a sample's metadata tell.
 */
final class FiftyOneLabels {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String uri;
  private final Path folder;
  private final FileSystem files;
  private final Configuration hadoop;
  private final ToolAnnotations found = new ToolAnnotations();

  FiftyOneLabels(String uri, Path file, FileSystem files, Configuration hadoop) {
    this.uri = uri;
    this.folder = file.getParent();
    this.files = files;
    this.hadoop = hadoop;
  }

  ToolAnnotations read(JsonNode root) throws IOException {
    if (root.has("samples")) {
      for (JsonNode sample : root.get("samples")) {
        sample(sample);
      }
      return found;
    }
    JsonNode classes = root.path("classes");
    for (JsonNode name : classes) {
      found.addClass(name.asText());
    }
    Map<String, String> paths = paths();
    for (Map.Entry<String, JsonNode> labels : root.get("labels").properties()) {
      String path = paths.get(labels.getKey());
      if (path == null) {
        throw ToolExport.refusal(
            uri,
            "no image is known for '%s' (data.json or a folder data beside labels.json must have it)"
                .formatted(labels.getKey()),
            null);
      }
      add(path, size(path), labels.getValue(), classes);
    }
    return found;
  }

  /** Where each image lies, by its key. */
  private Map<String, String> paths() throws IOException {
    Path listed = new Path(folder, "data.json");
    Map<String, String> paths = new HashMap<>();
    if (files.exists(listed)) {
      try (InputStream in = files.open(listed)) {
        for (Map.Entry<String, JsonNode> image : JSON.readTree(in).properties()) {
          paths.put(image.getKey(), image.getValue().asText());
        }
      }
      return paths;
    }
    Path data = new Path(folder, "data");
    if (files.exists(data)) {
      for (FileStatus image : files.listStatus(data)) {
        String name = image.getPath().getName();
        paths.put(name.replaceFirst("\\.[^.]*$", ""), image.getPath().toString());
      }
    }
    return paths;
  }

  private void sample(JsonNode sample) throws IOException {
    String path = sample.path("filepath").asText("");
    if (path.isEmpty()) {
      throw ToolExport.refusal(uri, "a sample has no 'filepath'", null);
    }
    Path absolute =
        path.startsWith("/") || path.contains(":") ? new Path(path) : new Path(folder, path);
    JsonNode metadata = sample.path("metadata");
    int width = metadata.path("width").asInt();
    int height = metadata.path("height").asInt();
    ImageSize size =
        width > 0 && height > 0 ? new ImageSize(width, height) : size(absolute.toString());
    add(path, size, detections(sample), JSON.missingNode());
  }

  /** Of people rather than of a detector, where a sample has several fields of detections. */
  private JsonNode detections(JsonNode sample) {
    Map<String, JsonNode> fields = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : sample.properties()) {
      if (field.getValue().path("_cls").asText().equals("Detections")) {
        fields.put(field.getKey(), field.getValue().path("detections"));
      }
    }
    if (fields.size() > 1 && !fields.containsKey("ground_truth")) {
      throw ToolExport.refusal(
          uri,
          "its samples have several fields of detections: %s (name the one that counts ground_truth)"
              .formatted(String.join(", ", fields.keySet())),
          null);
    }
    return fields.containsKey("ground_truth")
        ? fields.get("ground_truth")
        : fields.values().stream().findFirst().orElseGet(JSON::missingNode);
  }

  private void add(String path, ImageSize size, JsonNode labels, JsonNode classes) {
    List<ToolBox> boxes = new ArrayList<>();
    for (JsonNode label : labels) {
      JsonNode box = label.path("bounding_box");
      if (box.size() != 4) {
        throw ToolExport.refusal(
            uri, "a detection of " + path + " has no 'bounding_box' of four numbers", null);
      }
      JsonNode name = label.path("label");
      String text = name.isInt() ? classes.path(name.asInt()).asText() : name.asText();
      boxes.add(
          new ToolBox(
              text,
              box.get(0).asDouble() * size.width(),
              box.get(1).asDouble() * size.height(),
              box.get(2).asDouble() * size.width(),
              box.get(3).asDouble() * size.height()));
    }
    found.add(new ToolImage(path, size.width(), size.height(), boxes));
  }

  private ImageSize size(String path) throws IOException {
    Path image = Locations.absolute(path, hadoop);
    try (InputStream in = Locations.store(image, hadoop).open(image)) {
      return new ImageDecoder().declaredSize(in.readAllBytes());
    } catch (FileNotFoundException e) {
      throw ToolExport.refusal(
          uri, "image " + path + " is not there, and its boxes are shares of its size", e);
    } catch (UnreadableImageException e) {
      throw ToolExport.refusal(
          uri, "image " + path + " can't be read, and its boxes are shares of its size", e);
    }
  }
}
