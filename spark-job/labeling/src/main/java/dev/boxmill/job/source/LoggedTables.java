package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Finds tables of Delta Lake, Iceberg and Hudi: a log beside their Parquet files says which of
 * these, and which of their rows, are of the table. Files by themselves show rows that were
 * deleted.
 */
final class LoggedTables {

  private final Configuration hadoop;
  private final Map<Path, LoggedTable> below = new HashMap<>();
  private final Map<Path, Optional<LoggedTable>> looked = new HashMap<>();

  LoggedTables(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** Those whose folder an input names or holds; its listing tells. */
  static LoggedTables in(FoundFiles found, Configuration hadoop) {
    LoggedTables tables = new LoggedTables(hadoop);
    found.leftOut().hiddenFolders().forEach(tables::note);
    found.inFolders().forEach(file -> tables.note(file.getPath()));
    return tables;
  }

  /**
   * Looks whether files that an input stands for are of a table that can't be read, or is not given
   * whole. The store is asked for what lies around the input alone.
   *
   * @param files by themselves
   * @throws BadInputException if so
   */
  static void refuse(FoundFiles found, List<FileStatus> files, Configuration hadoop) {
    LoggedTables tables = in(found, hadoop);
    Stream<Path> roots = found.roots().stream().map(Path::new);
    roots
        .flatMap(root -> tables.around(root).stream())
        .filter(table -> !tables.isReadable(table))
        .findFirst()
        .or(
            () ->
                files.stream()
                    .flatMap(file -> tables.of(file.getPath()).stream())
                    .filter(table -> !table.isReadable())
                    .findFirst())
        .ifPresent(
            table -> {
              throw refusal(found, table);
            });
  }

  private boolean isReadable(LoggedTable table) {
    return table.isReadable() && below.containsKey(table.folder());
  }

  /** Takes a file or folder that may be of a log. */
  private void note(Path path) {
    for (LogFormat format : LogFormat.values()) {
      Path log = format.logOf(path);
      if (log != null) {
        below.put(log.getParent(), new LoggedTable(log.getParent(), format));
      }
    }
  }

  /** The table that the input holds and a file of it is of. */
  Optional<LoggedTable> of(Path file) {
    LoggedTable table = null;
    for (Path folder = file.getParent(); folder != null && table == null; ) {
      table = below.get(folder);
      folder = folder.getParent();
    }
    return Optional.ofNullable(table);
  }

  /** The table that a path is, or lies in; asks its store. */
  Optional<LoggedTable> around(Path path) {
    if (path == null) {
      return Optional.empty();
    }
    Optional<LoggedTable> known = looked.get(path);
    if (known == null) {
      known = at(path).or(() -> around(path.getParent()));
      looked.put(path, known);
    }
    return known;
  }

  private Optional<LoggedTable> at(Path folder) {
    return Stream.of(LogFormat.values())
        .filter(format -> isAt(folder, format))
        .findFirst()
        .map(format -> new LoggedTable(folder, format));
  }

  /** A folder around the input that may not be listed is no part of it. */
  private boolean isAt(Path folder, LogFormat format) {
    Path log = format.log(folder);
    try {
      FileSystem files = Locations.filesystem(log, hadoop);
      return files.exists(log)
          && Stream.of(files.listStatus(log)).anyMatch(entry -> format.isOfLog(entry.getPath()));
    } catch (IOException | RuntimeException denied) {
      return false;
    }
  }

  private static BadInputException refusal(FoundFiles found, LoggedTable table) {
    return new BadInputException(
        String.format(
            "Cannot read input %s: %s is %s, and only its log tells which rows were deleted (%s)",
            found.input(), table.uri(), table.format().text(), remedy(table)));
  }

  private static String remedy(LoggedTable table) {
    String rewrite =
        String.format(
            "give the rows that it has now: spark.read().format(\"%s\").load(\"%s\")"
                + ".write().parquet(\"…\") in a Spark with that format's package",
            table.format().reader(), table.uri());
    if (table.isReadable()) {
      return "name that folder, to read it by its log";
    }
    return table.format().artifact().isEmpty()
        ? rewrite
        : "run it by spark-submit --packages " + table.format().artifact() + ", or " + rewrite;
  }
}
