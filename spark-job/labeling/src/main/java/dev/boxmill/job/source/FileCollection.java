package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.manifest.FileSort;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.job.storage.WebFile;
import dev.boxmill.job.storage.WrittenAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files of all inputs, each URI once, in the order of their URIs. */
final class FileCollection implements Closeable {

  private final Configuration hadoop;
  private final WrittenAddress written;
  private final FileSort sort = new FileSort();
  private final Map<String, FileSystem> filesystems = new HashMap<>();
  private final Set<String> served = new HashSet<>();

  FileCollection(Configuration hadoop) {
    this.hadoop = hadoop;
    this.written = new WrittenAddress(hadoop);
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
   * Adds an image file that a manifest names; whether it exists shows when its task reads it, and
   * no host is asked for it before.
   *
   * @param kept what the manifest says of it, as {@link KeptFields} gives it
   * @return why it can't be read, if that is known already; it is added all the same
   */
  Optional<BadInputException> addNamed(String text, Path manifest, String kept) {
    SignedAddress address = written.of(text);
    if (Locations.isMergedByClient(address.uri())) {
      // its task says what is wrong with it
      sort.add(ListedFile.image(new SignedAddress(address.uri(), ""), kept));
      return Optional.empty();
    }
    try {
      Locations.refuseUnreadable(address.uri());
      String uri = WebFile.isWeb(address.uri()) ? address.uri() : uri(address.uri(), manifest);
      sort.add(ListedFile.image(new SignedAddress(uri, address.signedQuery()), kept));
      return Optional.empty();
    } catch (IOException | RuntimeException failure) {
      sort.add(ListedFile.image(new SignedAddress(address.uri(), ""), kept));
      return Optional.of(unreadable(address.uri(), manifest, failure));
    }
  }

  /** Adds what a line of a manifest should have named; its row says that it doesn't. */
  BadInputException addUnreadable(long line, String problem, Path manifest) {
    String uri = Locations.uri(manifest) + "!/line=" + line;
    sort.add(ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH));
    return new BadInputException(
        "Cannot read line "
            + line
            + " of manifest "
            + Locations.uri(manifest)
            + ": "
            + problem
            + " (correct it and run again)");
  }

  private String uri(String text, Path manifest) throws IOException {
    return Locations.uri(qualified(Locations.relativeTo(manifest.getParent(), text)));
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

  private Path qualified(Path path) throws IOException {
    URI uri = path.toUri();
    if (uri.getAuthority() != null) {
      requireServed(path);
      return path;
    }
    FileSystem files = filesystem(path);
    return path.makeQualified(files.getUri(), files.getWorkingDirectory());
  }

  private void requireServed(Path path) throws IOException {
    String scheme = path.toUri().getScheme();
    if (!served.contains(scheme)) {
      Locations.requireServed(path, hadoop);
      served.add(scheme);
    }
  }

  private static BadInputException unreadable(String text, Path manifest, Exception failure) {
    if (failure instanceof BadInputException known) {
      return known;
    }
    return new BadInputException(
        "Cannot read input "
            + text
            + " of manifest "
            + Locations.uri(manifest)
            + ": "
            + FailureReason.of(failure)
            + " ("
            + FoundFiles.remedy(text)
            + ")",
        failure);
  }

  /** Hadoop's own cache is slower than a manifest of millions wants it. */
  private FileSystem filesystem(Path path) throws IOException {
    String scheme = String.valueOf(path.toUri().getScheme());
    FileSystem known = filesystems.get(scheme);
    if (known == null) {
      known = Locations.store(path, hadoop);
      filesystems.put(scheme, known);
    }
    return known;
  }
}
