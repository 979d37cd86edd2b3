package dev.boxmill.job.preflight;

import dev.boxmill.job.storage.Locations;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder for probes where a run would write its chunks; {@link #close} removes it, and the
 * folders above it that were made for it. What a kill leaves there, the next run sweeps.
 */
final class ProbeFolder implements Closeable {

  private final Path folder;
  private final FileSystem files;
  private final List<Path> made;
  private final String token = UUID.randomUUID().toString();

  private ProbeFolder(Path folder, FileSystem files, List<Path> made) {
    this.folder = folder;
    this.files = files;
    this.made = made;
  }

  static String newName() {
    return "preflight-" + UUID.randomUUID();
  }

  /**
   * Makes it, with the driver's mark in it.
   *
   * @param folder not there yet
   * @throws IOException if it can't be made; what was made is removed
   */
  static ProbeFolder make(Path folder, Configuration hadoop) throws IOException {
    FileSystem files = Locations.filesystem(folder, hadoop);
    ProbeFolder made = new ProbeFolder(folder, files, missing(folder.getParent(), files));
    try {
      if (!files.mkdirs(folder)) {
        throw new IOException("the folder can't be made");
      }
      SharedFolder.write(files, new Path(folder, SharedFolder.MARK), made.token);
      return made;
    } catch (IOException | RuntimeException failure) {
      made.undo(failure);
      throw failure;
    }
  }

  private void undo(Exception failure) {
    try {
      close();
    } catch (IOException | RuntimeException second) {
      failure.addSuppressed(second);
    }
  }

  /** The deepest first. */
  private static List<Path> missing(Path folder, FileSystem files) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder; at != null && !files.exists(at); at = at.getParent()) {
      missing.add(at);
    }
    return missing;
  }

  SharedFolder shared() {
    return new SharedFolder(folder.toString(), token);
  }

  /** A folder in it, which is not there. */
  Path inside(String name) {
    return new Path(folder, name);
  }

  @Override
  public void close() throws IOException {
    files.delete(folder, true);
    for (Path above : made) {
      if (files.exists(above)) {
        if (files.listStatus(above).length > 0) {
          return;
        }
        files.delete(above, false);
      }
    }
  }
}
