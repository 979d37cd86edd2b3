package dev.boxmill.job.source;

import dev.boxmill.job.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * @param inFolders files found below a folder; hidden ones are left out
 * @param roots URIs of the files and folders that it stands for
 */
record FoundFiles(
    String input, List<FileStatus> named, List<FileStatus> inFolders, List<String> roots) {

  /**
   * Looks at the store.
   *
   * @throws BadInputException if there is nothing, or it can't be looked at
   */
  static FoundFiles of(String input, Configuration hadoop) {
    if (input.isBlank()) {
      throw new BadInputException("Invalid --input: '" + input + "' (must be a path or a URI)");
    }
    try {
      return find(input, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot read input " + input + ": " + Reasons.of(failure) + " (" + remedy(input) + ")",
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

  private static FoundFiles find(String input, Configuration hadoop) throws IOException {
    Path path = Locations.absolute(input, hadoop);
    FileSystem files = Locations.filesystem(path, hadoop);
    FoundFiles found =
        new FoundFiles(input, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (FileStatus status : matches(input, files, path)) {
      found.roots.add(Locations.uri(status.getPath()));
      if (status.isDirectory()) {
        addBelow(files, status.getPath(), found.inFolders);
      } else {
        found.named.add(status);
      }
    }
    if (found.named.isEmpty() && found.inFolders.isEmpty()) {
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

  private static void addBelow(FileSystem files, Path folder, List<FileStatus> found)
      throws IOException {
    if (files instanceof RawLocalFileSystem) {
      addBelowLocally(files, folder, found);
      return;
    }
    int rootLength = folder.toUri().getPath().length();
    RemoteIterator<? extends FileStatus> listing = files.listFiles(folder, true);
    while (listing.hasNext()) {
      FileStatus file = listing.next();
      if (!isHiddenBelow(rootLength, file.getPath())) {
        found.add(file);
      }
    }
  }

  /** Hadoop's recursive listing starts a process for each local file, to learn its owner. */
  private static void addBelowLocally(FileSystem files, Path folder, List<FileStatus> found)
      throws IOException {
    for (FileStatus status : files.listStatus(folder)) {
      String name = status.getPath().getName();
      if (status.isDirectory() && !ImageNames.isHiddenFolder(name)) {
        addBelowLocally(files, status.getPath(), found);
      } else if (!status.isDirectory() && !ImageNames.isHiddenFile(name)) {
        found.add(status);
      }
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
