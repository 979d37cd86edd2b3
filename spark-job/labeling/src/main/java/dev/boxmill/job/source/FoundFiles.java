package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.FileNameEncoding;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.text.Plural;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
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
 * @param leftOut what below its folders was left out
 * @param roots URIs of the files and folders that it stands for
 */
record FoundFiles(
    String input,
    List<FileStatus> named,
    List<FileStatus> inFolders,
    AtomicLong taken,
    LeftOut leftOut,
    List<String> roots) {

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

  /**
   * How many of each kind of picture that is not read are among these, and how many other files,
   * for example {@code 3 HEIC files left out, 1 other files left out}; empty without any.
   */
  static String leftOut(List<FileStatus> others) {
    Map<String, Long> pictures =
        others.stream()
            .flatMap(file -> ImageNames.otherPicture(file.getPath().getName()).stream())
            .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
    List<String> notes = new ArrayList<>();
    pictures.forEach((kind, count) -> notes.add(Plural.of(count, kind + " file") + " left out"));
    long rest = others.size() - pictures.values().stream().mapToLong(count -> count).sum();
    if (rest > 0) {
      notes.add(rest + " other files left out");
    }
    return String.join(", ", notes);
  }

  private static FoundFiles find(String input, Configuration hadoop, Predicate<FileStatus> taking)
      throws IOException {
    FileNameEncoding.refuseLost(input);
    Path path = Locations.absolute(input, hadoop);
    FileSystem files = Locations.filesystem(path, hadoop);
    FoundFiles found =
        new FoundFiles(
            input,
            new ArrayList<>(),
            new ArrayList<>(),
            new AtomicLong(),
            new LeftOut(),
            new ArrayList<>());
    List<FileStatus> matches = matches(input, files, path, hadoop);
    for (FileStatus status : matches) {
      found.roots.add(Locations.uri(status.getPath()));
      if (status.isDirectory() && matches.size() > 1) {
        found.addReadableBelow(files, status.getPath(), taking);
      } else if (status.isDirectory()) {
        found.addBelow(files, status.getPath(), taking);
      } else {
        found.named.add(status);
      }
    }
    if (found.named.isEmpty() && found.inFolders.isEmpty() && found.taken.get() == 0) {
      throw new BadInputException(
          "Cannot read input "
              + input
              + ": the folder is empty"
              + found.leftOut.note()
              + " (name a folder that holds images)");
    }
    return found;
  }

  /** A path that exists as it is written wins over its meaning as a pattern. */
  private static List<FileStatus> matches(
      String input, FileSystem files, Path path, Configuration hadoop) throws IOException {
    if (!Locations.hasGlobCharacter(input) || files.exists(path)) {
      return List.of(files.getFileStatus(path));
    }
    if (NumberRanges.isIn(input)) {
      return new NamedShards(input, files, hadoop).all();
    }
    FileSystem shown = files instanceof RawLocalFileSystem local ? new LinkedFiles(local) : files;
    FileStatus[] matches = shown.globStatus(path);
    if (matches == null || matches.length == 0) {
      throw new BadInputException(
          "Cannot read input " + input + ": nothing matches the pattern (" + remedy(input) + ")");
    }
    return List.of(matches);
  }

  /** One of several folders. */
  private void addReadableBelow(FileSystem files, Path folder, Predicate<FileStatus> taking)
      throws IOException {
    try {
      addBelow(files, folder, taking);
    } catch (AccessDeniedException denied) {
      leftOut.add(LeftOut.Reason.DENIED, folder.getName());
    }
  }

  private void addBelow(FileSystem files, Path folder, Predicate<FileStatus> taking)
      throws IOException {
    Consumer<FileStatus> found =
        file -> {
          if (taking.test(file)) {
            taken.incrementAndGet();
          } else {
            inFolders.add(file);
          }
        };
    if (files instanceof RawLocalFileSystem) {
      new LocalListing(leftOut, found).addBelow(folder, LocalFiles.of(files, folder).orElseThrow());
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

  private boolean isHiddenBelow(int rootLength, Path file) {
    String below = file.toUri().getPath().substring(rootLength);
    int end = Math.max(0, below.lastIndexOf('/'));
    for (String folder : below.substring(0, end).split("/")) {
      if (ImageNames.isHiddenFolder(folder)) {
        leftOut.addHidden(hidden(file, folder));
        return true;
      }
    }
    if (ImageNames.isJunkFile(file.getName())) {
      leftOut.addOneOfMany(LeftOut.Reason.JUNK, file.getName());
      return true;
    }
    return ImageNames.isHiddenFile(file.getName());
  }

  private static Path hidden(Path file, String name) {
    Path folder = file.getParent();
    while (!folder.getName().equals(name)) {
      folder = folder.getParent();
    }
    return folder;
  }

  static String remedy(String input) {
    if (input.startsWith("s3:") || input.startsWith("s3n:")) {
      return "write s3a:" + input.substring(input.indexOf(':') + 1);
    }
    if (Locations.isMergedByClient(input)) {
      return "the s3a client takes two slashes in a row for one: copy such objects to other keys";
    }
    return Locations.hasScheme(input) || input.startsWith("/")
        ? "check the path"
        : "check the path; it starts at the working directory";
  }
}
