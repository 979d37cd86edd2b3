package dev.boxmill.job.lists;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.io.Reader;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * An S3 Inventory by its {@code manifest.json}, which names its files in the bucket they lie in.
 */
final class InventoryFiles {

  private static final String SCHEMA = "fileSchema";
  private static final String BUCKET_NAME = "arn:aws:s3:::";

  private InventoryFiles() {}

  /**
   * Whether a text that begins so is one.
   *
   * @param start some thousand characters
   */
  static boolean isInventory(String start) {
    return start.stripLeading().startsWith("{")
        && start.contains("\"sourceBucket\"")
        && start.contains("\"destinationBucket\"");
  }

  static void read(ListFile manifest, ListReader reader) throws IOException {
    JsonNode inventory;
    try (Reader text = manifest.whole()) {
      inventory = new ObjectMapper().readTree(text);
    }
    if (!inventory.path("fileFormat").asText().equals("CSV")) {
      throw new BadInputException(
          "Cannot read manifest "
              + manifest.uri()
              + ": its inventory is of format "
              + inventory.path("fileFormat").asText()
              + " (let S3 write it as CSV, or name its Parquet files)");
    }
    InventoryRows rows = InventoryRows.of(inventory.path(SCHEMA).asText(), reader);
    for (JsonNode file : inventory.path("files")) {
      read(find(manifest, inventory, file.path("key").asText()), rows, reader);
    }
  }

  private static void read(ListFile part, InventoryRows rows, ListReader reader)
      throws IOException {
    try (ListLines lines = part.lines()) {
      new DelimitedRows(new Delimiter(','), reader, rows::add).read(lines);
    } catch (IOException failure) {
      throw new IOException(part.uri() + " of it: " + FailureReason.of(failure), failure);
    }
  }

  /** Where the manifest lies, files lie as in the bucket; copies of both may lie together. */
  private static ListFile find(ListFile manifest, JsonNode inventory, String key)
      throws IOException {
    String bucket = inventory.path("destinationBucket").asText();
    String name = ImageNames.baseName(key);
    Path folder = manifest.path().getParent();
    Path above = folder.getParent() == null ? folder : folder.getParent();
    List<Path> beside =
        List.of(
            new Path(folder, new Path(null, null, name)),
            new Path(new Path(folder, "data"), new Path(null, null, name)),
            new Path(new Path(above, "data"), new Path(null, null, name)));
    Optional<Path> copy = Optional.empty();
    for (Path path : beside) {
      if (copy.isEmpty() && Locations.filesystem(path, manifest.hadoop()).exists(path)) {
        copy = Optional.of(path);
      }
    }
    Path stored = new Path("s3a://" + bucket.replace(BUCKET_NAME, "") + "/" + key);
    return new ListFile(copy.orElse(stored), manifest.hadoop());
  }
}
