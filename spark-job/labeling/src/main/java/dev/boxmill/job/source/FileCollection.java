package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.Reasons;
import dev.boxmill.job.manifest.FileSort;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.storage.Locations;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files of all inputs, each URI once, in the order of their URIs. */
final class FileCollection implements Closeable {

  private final Configuration hadoop;
  private final FileSort sort = new FileSort();
  private final Map<String, FileSystem> filesystems = new HashMap<>();

  FileCollection(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** Adds an image file that a listing found. */
  void addImage(FileStatus file) {
    sort.add(ListedFile.image(Locations.uri(file.getPath()), file.getLen()));
  }

  /** Adds an archive that a listing found. */
  void addArchive(FileStatus file) {
    sort.add(ListedFile.archive(Locations.uri(file.getPath()), file.getLen()));
  }

  /**
   * Adds an image file that a manifest names; whether it exists shows when its task reads it.
   *
   * @throws BadInputException if no filesystem serves its scheme
   */
  void addNamed(String text, Path manifest) {
    Path path = resolved(text, manifest);
    sort.add(ListedFile.image(Locations.uri(path), ListedFile.UNKNOWN_LENGTH));
  }

  /** All files, and the tables beside them. */
  SortedFiles sorted(ParquetListing parquet) {
    SortedFiles files = sort.sorted();
    if (parquet.isEmpty()) {
      return files;
    }
    try (files) {
      List<ListedFile> tables = parquet.tables(uris(files));
      files.forEach(sort::add);
      tables.forEach(sort::add);
      return sort.sorted().alsoWithout(files.duplicates() + parquet.duplicates());
    }
  }

  @Override
  public void close() {
    sort.close();
  }

  private static Set<String> uris(SortedFiles files) {
    Set<String> uris = new HashSet<>();
    files.forEach(file -> uris.add(file.uri()));
    return uris;
  }

  private Path resolved(String text, Path manifest) {
    try {
      Path path = Locations.relativeTo(manifest.getParent(), text);
      FileSystem files = filesystem(path);
      return path.makeQualified(files.getUri(), files.getWorkingDirectory());
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot read input "
              + text
              + " of manifest "
              + Locations.uri(manifest)
              + ": "
              + Reasons.of(failure)
              + " ("
              + FoundFiles.remedy(text)
              + ")",
          failure);
    }
  }

  /** Hadoop's own cache is slower than a manifest of millions wants it. */
  private FileSystem filesystem(Path path) throws IOException {
    String key = path.toUri().getScheme() + "://" + path.toUri().getAuthority();
    FileSystem known = filesystems.get(key);
    if (known == null) {
      known = Locations.store(path, hadoop);
      filesystems.put(key, known);
    }
    return known;
  }
}
