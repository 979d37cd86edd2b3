package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Annotations in the own form of a tool: Label Studio's tasks, CVAT's images, FiftyOne's
 * detections. Which one it is, the content tells.
 */
final class ToolExport {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOOK_AHEAD = 4096;

  /** Where FiftyOne keeps a data set's labels, and its samples with all that they have. */
  private static final String FIFTY_ONE_LABELS = "labels.json";

  private static final String FIFTY_ONE_SAMPLES = "samples.json";

  private final String uri;
  private final Reviewed reviewed;
  private final Configuration hadoop;

  private ToolExport(String uri, Reviewed reviewed, Configuration hadoop) {
    this.uri = uri;
    this.reviewed = reviewed;
    this.hadoop = hadoop;
  }

  /**
   * Reads a file or folder.
   *
   * @return empty if it is in COCO's form, or none of these
   * @throws BadInputException if it is damaged, or does not tell what people have reviewed
   */
  static Optional<ToolAnnotations> read(
      String uri, Reviewed reviewed, Supplier<Configuration> hadoop) {
    if (!uri.contains(":") && java.nio.file.Files.isRegularFile(java.nio.file.Path.of(uri))) {
      try (InputStream in = java.nio.file.Files.newInputStream(java.nio.file.Path.of(uri))) {
        if (isCoco(in)) {
          return Optional.empty();
        }
      } catch (IOException e) {
        throw refusal(uri, FailureReason.of(e), e);
      }
    }
    return new ToolExport(uri, reviewed, hadoop.get()).read();
  }

  /** An object without the names that only FiftyOne's have at its head: COCO, as most are. */
  private static boolean isCoco(InputStream in) throws IOException {
    byte[] head = in.readNBytes(LOOK_AHEAD);
    String text = new String(head, java.nio.charset.StandardCharsets.UTF_8).stripLeading();
    boolean zipped = head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b;
    boolean named = text.contains("\"images\"") || text.contains("\"annotations\"");
    return zipped || (text.startsWith("{") && named);
  }

  private Optional<ToolAnnotations> read() {
    try {
      Path path = Locations.absolute(uri, hadoop);
      FileSystem files = Locations.store(path, hadoop);
      if (files.getFileStatus(path).isDirectory()) {
        Path samples = new Path(path, FIFTY_ONE_SAMPLES);
        path = files.exists(samples) ? samples : new Path(path, FIFTY_ONE_LABELS);
      }
      try (InputStream in = new BufferedInputStream(files.open(path), 1 << 16)) {
        in.mark(LOOK_AHEAD);
        int first = in.read();
        while (Character.isWhitespace(first) || first == 0xEF || first == 0xBB || first == 0xBF) {
          first = in.read();
        }
        in.reset();
        return switch (first) {
          case '[' -> Optional.of(new LabelStudioTasks(uri, reviewed).read(in));
          case '<' -> Optional.of(notTold("CVAT's XML", new CvatImages(uri).read(in)));
          case '{' -> fiftyOne(in, path, files);
          default -> Optional.empty();
        };
      }
    } catch (JsonProcessingException e) {
      throw refusal(uri, "it is no JSON: " + FailureReason.of(e), e);
    } catch (IOException | IllegalArgumentException e) {
      throw refusal(uri, FailureReason.of(e), e);
    }
  }

  private Optional<ToolAnnotations> fiftyOne(InputStream in, Path path, FileSystem files)
      throws IOException {
    in.mark(LOOK_AHEAD);
    boolean coco = isCoco(in);
    in.reset();
    if (coco) {
      return Optional.empty();
    }
    JsonNode root = JSON.readTree(in);
    if (!root.has("labels") && !root.has("samples")) {
      return Optional.empty();
    }
    return Optional.of(
        notTold("FiftyOne's export", new FiftyOneLabels(uri, path, files, hadoop).read(root)));
  }

  /** What has no word on reviews can't be asked for the reviewed ones. */
  private ToolAnnotations notTold(String form, ToolAnnotations annotations) {
    if (reviewed == Reviewed.ONLY) {
      throw notTold(uri, form);
    }
    return annotations;
  }

  /** The refusal of a form that does not say which images people have seen. */
  static BadInputException notTold(String uri, String form) {
    return new BadInputException(
        "Invalid --only-reviewed: %s does not say which images people have reviewed (leave unreviewed images out of %s, or export Label Studio's tasks as JSON)"
            .formatted(form, uri));
  }

  static BadInputException refusal(String uri, String reason, Exception cause) {
    return new BadInputException("Cannot read ground truth " + uri + ": " + reason, cause);
  }
}
