package dev.boxmill.job.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds out before the work whether its result can be written. */
public final class WritablePlace {

  private WritablePlace() {}

  /**
   * Looks at the nearest folder around a place that is there; changes nothing. What a store other
   * than a local disk allows shows when it is written to.
   *
   * @throws IOException with the reason, if nothing can be made there
   */
  public static void require(Path place, Configuration hadoop) throws IOException {
    FileSystem files = Locations.filesystem(place, hadoop);
    Optional<FileStatus> at = status(files, place);
    if (at.isPresent() && at.get().isDirectory()) {
      requireAllowed(files, place);
    }
    Path around = place.getParent();
    while (around != null) {
      Optional<FileStatus> found = status(files, around);
      if (found.isPresent()) {
        requireFolder(found.get());
        requireAllowed(files, around);
        return;
      }
      around = around.getParent();
    }
  }

  private static Optional<FileStatus> status(FileSystem files, Path path) throws IOException {
    try {
      return Optional.of(files.getFileStatus(path));
    } catch (FileNotFoundException free) {
      return Optional.empty();
    }
  }

  private static void requireFolder(FileStatus found) throws IOException {
    if (!found.isDirectory()) {
      throw new IOException(Locations.uri(found.getPath()) + " is a file, no folder");
    }
  }

  private static void requireAllowed(FileSystem files, Path folder) throws IOException {
    Optional<java.nio.file.Path> local = LocalFiles.of(files, folder);
    if (local.isPresent() && !Files.isWritable(local.get())) {
      throw new IOException("nothing may be written into " + Locations.uri(folder));
    }
  }
}
