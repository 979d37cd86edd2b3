package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files that one {@code --input} stands for.
 *
 * @param input as the user wrote it
 * @param named files that the user named, whatever they are called
 * @param inFolders files found below a folder that were not taken away; hidden ones are left out
 * @param taken how many files found below a folder were taken away
 * @param roots URIs of the files and folders that it stands for
 */
record FoundFiles(
    String input,
    List<FileStatus> named,
    List<FileStatus> inFolders,
    AtomicLong taken,
    List<String> roots) {

  private static final long BLOCK_BYTES = 32L << 20;

  /**
   * Looks at the store.
   *
   * @param taking sees each file below a folder as it is found; those that it takes are counted and
   *     not kept, for there may be more than fit into memory
   * @throws BadInputException if there is nothing, or it can't be looked at
   */
  static FoundFiles of(String input, Configuration hadoop, Predicate<FileStatus> taking) {
    if (input.isBlank()) {
      throw new BadInputException("Invalid --input: '" + input + "' (must be a path or a URI)");
    }
    try {
      return find(input, hadoop, taking);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot read input "
              + input
              + ": "
              + FailureReason.of(failure)
              + " ("
              + remedy(input)
              + ")",
          failure);
    }
  }

  List<FileStatus> all() {
    List<FileStatus> all = new ArrayList<>(named);
    all.addAll(inFolders);
    return all;
  }

  /** How often each extension occurs below the folders, for a message. */
  String extensionsInFolders() {
    Map<String, Long> counts =
        inFolders.stream()
            .map(file -> ImageNames.extension(file.getPath().getName()))
            .map(extension -> extension.isEmpty() ? "without extension" : extension)
            .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static FoundFiles find(String input, Configuration hadoop, Predicate<FileStatus> taking)
      throws IOException {
    Path path = Locations.absolute(input, hadoop);
    FileSystem files = Locations.filesystem(path, hadoop);
    FoundFiles found =
        new FoundFiles(
            input, new ArrayList<>(), new ArrayList<>(), new AtomicLong(), new ArrayList<>());
    for (FileStatus status : matches(input, files, path)) {
      found.roots.add(Locations.uri(status.getPath()));
      if (status.isDirectory()) {
        addBelow(
            files,
            status.getPath(),
            file -> {
              if (taking.test(file)) {
                found.taken.incrementAndGet();
              } else {
                found.inFolders.add(file);
              }
            });
      } else {
        found.named.add(status);
      }
    }
    if (found.named.isEmpty() && found.inFolders.isEmpty() && found.taken.get() == 0) {
      throw new BadInputException(
          "Cannot read input " + input + ": the folder is empty (name a folder that holds images)");
    }
    return found;
  }

  /** A path that exists as it is written wins over its meaning as a pattern. */
  private static List<FileStatus> matches(String input, FileSystem files, Path path)
      throws IOException {
    if (!Locations.hasGlobCharacter(input) || files.exists(path)) {
      return List.of(files.getFileStatus(path));
    }
    FileStatus[] matches = files.globStatus(path);
    if (matches == null || matches.length == 0) {
      throw new BadInputException(
          "Cannot read input " + input + ": nothing matches the pattern (" + remedy(input) + ")");
    }
    return List.of(matches);
  }

  private static void addBelow(FileSystem files, Path folder, Consumer<FileStatus> found)
      throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      addBelowLocally(folder, local.pathToFile(folder).toPath(), found);
      return;
    }
    int rootLength = folder.toUri().getPath().length();
    RemoteIterator<? extends FileStatus> listing = files.listFiles(folder, true);
    while (listing.hasNext()) {
      FileStatus file = listing.next();
      if (!isHiddenBelow(rootLength, file.getPath())) {
        found.accept(file);
      }
    }
  }

  /**
   * Hadoop's own listing starts a process for each local file, to learn its owner, and holds a
   * whole folder at once.
   */
  private static void addBelowLocally(
      Path folder, java.nio.file.Path local, Consumer<FileStatus> found) throws IOException {
    try (DirectoryStream<java.nio.file.Path> entries = Files.newDirectoryStream(local)) {
      for (java.nio.file.Path entry : entries) {
        String name = entry.getFileName().toString();
        Path path = new Path(folder, new Path(null, null, name));
        if (Files.isDirectory(entry)) {
          if (!ImageNames.isHiddenFolder(name)) {
            addBelowLocally(path, entry, found);
          }
        } else if (!ImageNames.isHiddenFile(name)) {
          addLocal(path, entry, found);
        }
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    }
  }

  private static void addLocal(Path path, java.nio.file.Path file, Consumer<FileStatus> found)
      throws IOException {
    try {
      BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
      long modified = about.lastModifiedTime().toMillis();
      found.accept(new FileStatus(about.size(), false, 1, BLOCK_BYTES, modified, path));
    } catch (NoSuchFileException gone) {
      // A file that was removed meanwhile, or a link to nothing, is no input.
    }
  }

  private static boolean isHiddenBelow(int rootLength, Path file) {
    String below = file.toUri().getPath().substring(rootLength);
    String folders = below.substring(0, below.lastIndexOf('/') + 1);
    return folders.contains("/_")
        || folders.contains("/.")
        || ImageNames.isHiddenFile(file.getName());
  }

  static String remedy(String input) {
    if (input.startsWith("s3:") || input.startsWith("s3n:")) {
      return "write s3a:" + input.substring(input.indexOf(':') + 1);
    }
    return Locations.hasScheme(input) || input.startsWith("/")
        ? "check the path"
        : "check the path; it starts at the working directory";
  }
}
