package dev.boxmill.job.source;

import dev.boxmill.job.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Image files of all inputs, each URI once, in the order of their URIs. */
final class FileCollection {

  private final Configuration hadoop;
  private final Map<String, Long> lengths = new TreeMap<>();
  private final Map<String, FileSystem> filesystems = new HashMap<>();
  private long duplicates;

  FileCollection(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** Adds a file that a listing found. */
  void add(FileStatus file) {
    put(Locations.uri(file.getPath()), file.getLen());
  }

  /**
   * Adds a file that a manifest names; whether it exists shows when its task reads it.
   *
   * @throws BadInputException if no filesystem serves its scheme
   */
  void addNamed(String text, Path manifest) {
    Path path = resolved(text, manifest);
    put(Locations.uri(path), ListedFile.UNKNOWN_LENGTH);
  }

  List<ListedFile> files() {
    List<ListedFile> files = new ArrayList<>(lengths.size());
    lengths.forEach((uri, length) -> files.add(new ListedFile(uri, length)));
    return files;
  }

  Set<String> uris() {
    return new HashSet<>(lengths.keySet());
  }

  int size() {
    return lengths.size();
  }

  long duplicates() {
    return duplicates;
  }

  private void put(String uri, long length) {
    if (lengths.containsKey(uri)) {
      duplicates++;
      lengths.merge(uri, length, Math::max);
      return;
    }
    lengths.put(uri, length);
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
