package dev.boxmill.job.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Puts a file into its place such that a reader finds the old one, then the new one, and never a
 * part of either:
 *
 * <ul>
 *   <li>a local disk and HDFS rename over a file in one step;
 *   <li>an object store can't: there an object is new when it is copied whole, as every object
 *       appears at the end of its upload.
 * </ul>
 *
 * <p>A reader that has the old file open goes on with it on a disk; on an object store it sees that
 * the object's tag changed, and fails.
 */
public final class StoredFile {

  /** How names of files end that are not whole yet. */
  public static final String UNFINISHED = ".unfinished";

  private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn");

  private StoredFile() {}

  /**
   * Moves a file of the same store.
   *
   * @param to replaced if it is there
   */
  public static void place(Path from, Path to, Configuration hadoop) throws IOException {
    FileSystem files = Locations.filesystem(to, hadoop);
    if (files instanceof RawLocalFileSystem local) {
      java.nio.file.Path source = local.pathToFile(from).toPath();
      sync(source);
      Files.move(source, local.pathToFile(to).toPath(), StandardCopyOption.ATOMIC_MOVE);
      syncFolder(to.getParent(), hadoop);
    } else if (!isObjectStore(to)) {
      FileContext.getFileContext(to.toUri(), hadoop).rename(from, to, Options.Rename.OVERWRITE);
    } else if (isFree(files, to)) {
      // The store copies the object by itself.
      if (!files.rename(from, to)) {
        throw new IOException("Cannot rename " + Locations.uri(from) + " to " + Locations.uri(to));
      }
    } else {
      FileUtil.copy(files, from, files, to, false, true, hadoop);
    }
  }

  /** Waits until what was written is on the disk, where the store has such a thing. */
  public static void sync(FSDataOutputStream stream) throws IOException {
    stream.flush();
    if (stream.hasCapability(StreamCapabilities.HSYNC)) {
      stream.hsync();
    }
  }

  /** Waits until the names in a folder are on the disk. Other stores than a disk keep them. */
  public static void syncFolder(Path folder, Configuration hadoop) throws IOException {
    if (Locations.filesystem(folder, hadoop) instanceof RawLocalFileSystem local) {
      try {
        sync(local.pathToFile(folder).toPath());
      } catch (IOException unsupported) {
        // Not every mounted filesystem takes this for a folder; names are safe there by and by.
      }
    }
  }

  private static void sync(java.nio.file.Path local) throws IOException {
    try (FileChannel file = FileChannel.open(local, StandardOpenOption.READ)) {
      file.force(true);
    }
  }

  /** Gives a file's bytes. */
  public interface Content {
    void writeTo(OutputStream stream) throws IOException;
  }

  /**
   * Writes a small file.
   *
   * @param file replaced if it is there
   */
  public static void write(Path file, byte[] content, Configuration hadoop) throws IOException {
    write(file, stream -> stream.write(content), hadoop);
  }

  /**
   * Writes a file.
   *
   * @param file replaced if it is there
   */
  public static void write(Path file, Content content, Configuration hadoop) throws IOException {
    if (isObjectStore(file)) {
      put(file, content, hadoop);
      return;
    }
    Path unfinished = new Path(file.getParent(), "." + file.getName() + UNFINISHED);
    put(unfinished, content, hadoop);
    place(unfinished, file, hadoop);
    Locations.filesystem(file, hadoop).delete(unfinished, false);
  }

  private static void put(Path file, Content content, Configuration hadoop) throws IOException {
    try (FSDataOutputStream stream = Locations.filesystem(file, hadoop).create(file, true)) {
      content.writeTo(stream);
      sync(stream);
    }
  }

  /**
   * Ends uploads below a folder that a killed process began: a store keeps their parts, unseen and
   * paid for. A store that does not let us look for them keeps them.
   */
  public static void endUploads(Path folder, Configuration hadoop) throws IOException {
    if (!isObjectStore(folder)) {
      return;
    }
    try {
      endListedUploads(folder, hadoop);
    } catch (AccessDeniedException kept) {
      // The right to list a bucket's uploads is not needed for labeling.
    }
  }

  /**
   * Lists such uploads, and ends them.
   *
   * @return whether the store has uploads at all
   */
  public static boolean endListedUploads(Path folder, Configuration hadoop) throws IOException {
    FileSystem files = Locations.filesystem(folder, hadoop);
    if (!files.hasPathCapability(folder, CommonPathCapabilities.FS_MULTIPART_UPLOADER)) {
      return false;
    }
    try (MultipartUploader uploads = files.createMultipartUploader(folder).build()) {
      FutureIO.awaitFuture(uploads.abortUploadsUnderPath(folder));
      return true;
    }
  }

  private static boolean isObjectStore(Path path) {
    return OBJECT_STORES.contains(String.valueOf(path.toUri().getScheme()));
  }

  private static boolean isFree(FileSystem files, Path path) throws IOException {
    try {
      FileStatus held = files.getFileStatus(path);
      return held == null;
    } catch (FileNotFoundException free) {
      return true;
    }
  }
}
