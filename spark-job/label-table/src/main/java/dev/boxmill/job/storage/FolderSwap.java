package dev.boxmill.job.storage;

import dev.boxmill.job.error.FailureReason;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Puts a finished folder into its place. A folder that is there gives way by one rename, and the
 * new one comes by another; between them a reader finds nothing, and on a store that renames by
 * copying, such as S3, also a part of the folder.
 */
public final class FolderSwap {

  private FolderSwap() {}

  /** Where a folder is written until it is whole: hidden, beside its place. */
  public static Path unfinished(Path place) {
    return new Path(place.getParent(), "." + place.getName() + "-unfinished");
  }

  /** Where the folder of before lies while the new one comes. */
  public static Path replaced(Path fresh) {
    return fresh.suffix("-replaced");
  }

  /**
   * Moves a folder.
   *
   * @param fresh whole; on the same store as the place
   * @param place what is there is replaced
   * @param warnings takes what went wrong without harm to the new folder
   * @throws IOException if the folder can't be put there; what was there before lies there again,
   *     or the message says where it is
   */
  public static void swap(Path fresh, Path place, Configuration hadoop, Consumer<String> warnings)
      throws IOException {
    FileSystem files = Locations.filesystem(place, hadoop);
    Path replaced = replaced(fresh);
    boolean old = files.exists(place);
    if (old) {
      if (files.exists(replaced)) {
        files.delete(replaced, true);
      }
      rename(files, place, replaced);
    }
    try {
      rename(files, fresh, place);
    } catch (IOException | RuntimeException failure) {
      if (old) {
        putBack(files, replaced, place, failure);
      }
      throw failure;
    }
    remove(files, replaced, warnings);
  }

  private static void putBack(FileSystem files, Path replaced, Path place, Exception failure)
      throws IOException {
    try {
      files.delete(place, true);
      rename(files, replaced, place);
    } catch (IOException | RuntimeException second) {
      failure.addSuppressed(second);
      throw new IOException(
          "Cannot replace "
              + Locations.uri(place)
              + ": "
              + FailureReason.of(failure)
              + " (what was there before lies in "
              + Locations.uri(replaced)
              + ")",
          failure);
    }
  }

  private static void remove(FileSystem files, Path replaced, Consumer<String> warnings) {
    String reason = "the store kept it";
    try {
      if (files.delete(replaced, true) || !files.exists(replaced)) {
        return;
      }
    } catch (IOException | RuntimeException failure) {
      reason = FailureReason.of(failure);
    }
    warnings.accept(
        "Cannot remove what was replaced, "
            + Locations.uri(replaced)
            + ": "
            + reason
            + " (the new folder is whole; remove this one by hand)");
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("Cannot rename " + Locations.uri(from) + " to " + Locations.uri(to));
    }
  }
}
