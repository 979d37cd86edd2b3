package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The files that an input with ranges of numbers names: all of them, or none. */
final class NamedShards {

  private final String input;
  private final FileSystem files;
  private final Configuration hadoop;
  private final Map<Path, Map<String, FileStatus>> folders = new HashMap<>();

  NamedShards(String input, FileSystem files, Configuration hadoop) {
    this.input = input;
    this.files = files;
    this.hadoop = hadoop;
  }

  /**
   * Looks each folder up once, however many files are named in it.
   *
   * @throws BadInputException if one of the files is missing
   */
  List<FileStatus> all() throws IOException {
    List<FileStatus> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> names = NumberRanges.expand(input);
    for (String name : names) {
      List<FileStatus> matches = find(Locations.absolute(name, hadoop));
      found.addAll(matches);
      if (matches.isEmpty()) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "Cannot read input %s: %d of the %d files that it names do not exist, the first is %s (check the range)"
              .formatted(input, missing.size(), names.size(), missing.get(0)));
    }
    return found;
  }

  private List<FileStatus> find(Path path) throws IOException {
    if (Locations.hasGlobCharacter(path.toString())) {
      FileStatus[] matches = files.globStatus(path);
      return matches == null ? List.of() : List.of(matches);
    }
    FileStatus found = folder(path.getParent()).get(path.getName());
    return found == null ? List.of() : List.of(found);
  }

  private Map<String, FileStatus> folder(Path folder) throws IOException {
    Map<String, FileStatus> known = folders.get(folder);
    if (known == null) {
      known = listed(folder);
      folders.put(folder, known);
    }
    return known;
  }

  private Map<String, FileStatus> listed(Path folder) throws IOException {
    Map<String, FileStatus> held = new HashMap<>();
    try {
      RemoteIterator<FileStatus> listing = files.listStatusIterator(folder);
      while (listing.hasNext()) {
        FileStatus file = listing.next();
        held.put(file.getPath().getName(), file);
      }
    } catch (FileNotFoundException missing) {
      return Map.of();
    }
    return held;
  }
}
