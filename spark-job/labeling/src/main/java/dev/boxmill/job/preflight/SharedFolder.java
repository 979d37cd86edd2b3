package dev.boxmill.job.preflight;

import dev.boxmill.job.error.Reasons;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder in the output that driver and executors should all see, as a probe travels to executors.
 *
 * @param uri of the folder
 * @param token what the driver wrote there
 */
record SharedFolder(String uri, String token) implements Serializable {

  static final String MARK = "driver";

  private static final String REMEDY =
      "driver and executors must see and may write one folder: HDFS, an object store, or a shared"
          + " disk";

  /**
   * Reads the driver's mark; then writes a file, reads it, deletes it. Where the mark is missing
   * nothing is written: that would be another disk's folder.
   */
  Finding probe(Configuration hadoop) {
    Path folder = new Path(uri);
    try {
      FileSystem files = Locations.filesystem(folder, hadoop);
      require(files, new Path(folder, MARK), "what the driver wrote there is not what is read");
      Path own = new Path(folder, UUID.randomUUID().toString());
      write(files, own, token);
      require(files, own, "what was written is not what is read");
      delete(files, own);
      return Finding.ok(Check.OUTPUT, "wrote, read and deleted a file");
    } catch (IOException | RuntimeException failure) {
      String what = "Cannot use the output's folder: " + Reasons.of(failure);
      return Finding.failed(Check.OUTPUT, what, REMEDY);
    }
  }

  static void write(FileSystem files, Path file, String text) throws IOException {
    try (FSDataOutputStream stream = files.create(file, true)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void require(FileSystem files, Path file, String otherwise) throws IOException {
    try (FSDataInputStream stream = files.open(file)) {
      if (!new String(stream.readAllBytes(), StandardCharsets.UTF_8).equals(token)) {
        throw new IOException(otherwise);
      }
    }
  }

  private static void delete(FileSystem files, Path file) throws IOException {
    if (!files.delete(file, false)) {
      throw new IOException("what was written can't be deleted");
    }
  }
}
