package dev.boxmill.job.source;

import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.LocalFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;

/**
 * All files below a local folder. Hadoop's own listing starts a process for each, to learn its
 * owner, holds a whole folder at once, and ends at the first folder that it may not read.
 *
 * <p>An entry that can't be read is no reason to leave others out: an image is given all the same,
 * and its task finds out what is wrong with it; others are noted.
 */
final class LocalListing {

  private static final long BLOCK_BYTES = 32L << 20;

  private final LeftOut leftOut;
  private final Consumer<FileStatus> found;

  /** What the system tells the folders around the current one apart by. */
  private final Deque<Object> around = new ArrayDeque<>();

  LocalListing(LeftOut leftOut, Consumer<FileStatus> found) {
    this.leftOut = leftOut;
    this.found = found;
  }

  /**
   * Gives the files below the folder.
   *
   * @param folder as the table names it
   * @throws IOException if it can't be listed; folders below it that can't are left out
   */
  void addBelow(org.apache.hadoop.fs.Path folder, Path local) throws IOException {
    Object key = key(local);
    if (around.contains(key)) {
      leftOut.add(LeftOut.Reason.LOOP, folder.getName());
      return;
    }
    around.push(key);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(local)) {
      for (Path entry : entries) {
        add(folder, entry);
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    } finally {
      around.pop();
    }
  }

  private static Object key(Path folder) throws IOException {
    Object key = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
    return key == null ? folder.toRealPath() : key;
  }

  private void add(org.apache.hadoop.fs.Path folder, Path entry) throws IOException {
    String name = LocalFiles.name(entry);
    org.apache.hadoop.fs.Path path =
        new org.apache.hadoop.fs.Path(folder, new org.apache.hadoop.fs.Path(null, null, name));
    if (!Files.isDirectory(entry)) {
      if (ImageNames.isJunkFile(name)) {
        leftOut.addOneOfMany(LeftOut.Reason.JUNK, name);
      } else if (!ImageNames.isHiddenFile(name)) {
        addFile(path, entry);
      }
    } else if (ImageNames.isHiddenFolder(name)) {
      leftOut.addHidden(path);
    } else {
      addFolder(path, entry);
    }
  }

  private void addFolder(org.apache.hadoop.fs.Path path, Path folder) throws IOException {
    try {
      addBelow(path, folder);
    } catch (AccessDeniedException denied) {
      leftOut.add(LeftOut.Reason.DENIED, path.getName());
    }
  }

  private void addFile(org.apache.hadoop.fs.Path path, Path file) {
    try {
      BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
      if (about.isOther()) {
        addUnreadable(path);
        return;
      }
      long modified = about.lastModifiedTime().toMillis();
      found.accept(new FileStatus(about.size(), false, 1, BLOCK_BYTES, modified, path));
    } catch (NoSuchFileException gone) {
      if (Files.isSymbolicLink(file)) { // else it was removed meanwhile
        addUnreadable(path);
      }
    } catch (IOException failure) {
      addUnreadable(path);
    }
  }

  private void addUnreadable(org.apache.hadoop.fs.Path path) {
    if (ImageNames.isImage(path.getName())) {
      found.accept(new FileStatus(ListedFile.UNKNOWN_LENGTH, false, 1, BLOCK_BYTES, 0, path));
    } else {
      leftOut.add(LeftOut.Reason.SPECIAL, path.getName());
    }
  }
}
