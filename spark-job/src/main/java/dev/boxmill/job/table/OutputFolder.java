package dev.boxmill.job.table;

import dev.boxmill.job.BadInputException;
import dev.boxmill.job.source.Locations;
import dev.boxmill.job.source.Reasons;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a run writes. While images are labelled, work lies in {@code OUTPUT/_boxmill},
 * which Spark, DuckDB and pandas pass over. Near the end {@code OUTPUT/*.parquet} appear, then
 * {@code OUTPUT/_SUCCESS}, then the rows are counted; a table that fails the count is removed. The
 * end of the run is the sign that the table is whole and checked.
 *
 * <p>Labels that are to be replaced stay until the new ones are whole and counted: those are built
 * in a hidden sibling, then the two folders change places by two renames. Between them a reader
 * finds nothing; on a store that renames by copying, such as S3, also a part of the table.
 */
public final class OutputFolder {

  /** What to do with labels that lie there already. */
  public enum Existing {
    REFUSE,
    REPLACE
  }

  /** Folder for all that is not labels. */
  public static final String WORK = "_boxmill";

  private final Path output;
  private final Path root;
  private final FileSystem files;

  private OutputFolder(Path output, Path root, FileSystem files) {
    this.output = output;
    this.root = root;
    this.files = files;
  }

  /**
   * Looks whether a run may write there; changes nothing.
   *
   * @throws BadInputException if something lies there that must stay
   */
  public static OutputFolder claim(String output, Existing existing, Configuration hadoop) {
    if (output.isBlank()) {
      throw new BadInputException("Invalid --output: '" + output + "' (must be a path or a URI)");
    }
    try {
      return claim(Locations.absolute(output, hadoop), existing, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write labels to " + output + ": " + Reasons.of(failure) + " (name a folder)",
          failure);
    }
  }

  private static OutputFolder claim(Path output, Existing existing, Configuration hadoop)
      throws IOException {
    FileSystem files = Locations.store(output, hadoop);
    if (output.isRoot()) {
      throw refusal(output, "it is the root of a filesystem", "name a folder below it");
    }
    List<FileStatus> held = held(files, output);
    if (held.isEmpty()) {
      return new OutputFolder(output, output, files);
    }
    HeldFiles contents = HeldFiles.of(held, hadoop);
    if (!contents.foreign().isEmpty()) {
      String others = String.join(", ", contents.foreign());
      throw refusal(output, "it holds what is no label table: " + others, "name another folder");
    }
    if (existing == Existing.REFUSE) {
      throw contents.labels().isEmpty()
          ? refusal(output, "it holds an unfinished run", "--overwrite removes it")
          : refusal(output, "it holds labels", "--overwrite replaces them, or name another folder");
    }
    String sibling = "." + output.getName() + "-" + UUID.randomUUID();
    return new OutputFolder(output, new Path(output.getParent(), sibling), files);
  }

  /**
   * Refuses an input that lies in what the run is to replace.
   *
   * @throws BadInputException if it does
   */
  public void refuseToHold(Path input) {
    if (Locations.holds(output, input)) {
      throw refusal(output, "it holds the input " + Locations.uri(input), "name another folder");
    }
  }

  /** As the user will find it. */
  public String uri() {
    return Locations.uri(output);
  }

  /** A folder beside the output. */
  public Path sibling(String name) {
    return new Path(output.getParent(), name);
  }

  /** Where one chunk of the run is written, by its name. */
  public Path chunk(String name) {
    return new Path(chunks(), name);
  }

  /** Where the label table is written; becomes {@link #uri} when {@link #finish} is called. */
  public Path table() {
    return root;
  }

  /** Where a report of the run is written, by its name. */
  public Path report(String name) {
    return new Path(new Path(root, WORK), name);
  }

  /**
   * Called when the table is whole and checked: removes the chunks, and puts it in its place.
   *
   * @param warnings takes what went wrong without harm to the labels
   * @throws IOException if the table can't be put there; labels of before lie there again, or the
   *     message tells where they are
   */
  public void finish(Consumer<String> warnings) throws IOException {
    files.delete(chunks(), true);
    if (root.equals(output)) {
      return;
    }
    Path replaced = root.suffix("-replaced");
    rename(output, replaced);
    try {
      rename(root, output);
    } catch (IOException | RuntimeException failure) {
      putBack(replaced, failure);
      throw failure;
    }
    remove(replaced, warnings);
  }

  private void putBack(Path replaced, Exception failure) throws IOException {
    try {
      files.delete(output, true);
      rename(replaced, output);
    } catch (IOException | RuntimeException second) {
      failure.addSuppressed(second);
      throw new IOException(
          "Cannot put labels in "
              + uri()
              + ": "
              + Reasons.of(failure)
              + " (the labels of before lie in "
              + Locations.uri(replaced)
              + ")",
          failure);
    }
  }

  private void remove(Path replaced, Consumer<String> warnings) {
    String reason = "the store kept it";
    try {
      if (files.delete(replaced, true) || !files.exists(replaced)) {
        return;
      }
    } catch (IOException | RuntimeException failure) {
      reason = Reasons.of(failure);
    }
    warnings.accept(
        "Cannot remove the replaced labels "
            + Locations.uri(replaced)
            + ": "
            + reason
            + " (the new labels are whole; remove the folder by hand)");
  }

  /** Called when the run failed: removes all that it wrote; labels of before stay. */
  public void abandon() throws IOException {
    files.delete(root, true);
  }

  private Path chunks() {
    return new Path(new Path(root, WORK), "chunks");
  }

  private void rename(Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("Cannot rename " + Locations.uri(from) + " to " + Locations.uri(to));
    }
  }

  private static List<FileStatus> held(FileSystem files, Path output) throws IOException {
    List<FileStatus> held = new ArrayList<>();
    try {
      FileStatus status = files.getFileStatus(output);
      if (!status.isDirectory()) {
        throw refusal(output, "it is a file", "name a folder");
      }
      held.addAll(List.of(files.listStatus(output)));
    } catch (FileNotFoundException free) {
      return List.of();
    }
    return held;
  }

  private static BadInputException refusal(Path output, String reason, String remedy) {
    return new BadInputException(
        "Cannot write labels to " + Locations.uri(output) + ": " + reason + " (" + remedy + ")");
  }
}
