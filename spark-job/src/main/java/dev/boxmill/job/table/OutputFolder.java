package dev.boxmill.job.table;

import dev.boxmill.job.BadInputException;
import dev.boxmill.job.source.Locations;
import dev.boxmill.job.source.Reasons;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a run writes. Readers find it whole or not at all: {@code OUTPUT/*.parquet} and
 * {@code OUTPUT/_SUCCESS} appear at the end; until then work lies in {@code OUTPUT/_boxmill}, which
 * Spark, DuckDB and pandas pass over.
 *
 * <p>Labels that are to be replaced stay until the new ones are whole: those are built in a hidden
 * sibling, then the two folders change places.
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
    FileSystem files = output.getFileSystem(hadoop);
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

  /** Called when the table is whole and checked: removes the chunks, and puts it in its place. */
  public void finish() throws IOException {
    files.delete(chunks(), true);
    if (root.equals(output)) {
      return;
    }
    Path replaced = root.suffix("-replaced");
    rename(output, replaced);
    rename(root, output);
    files.delete(replaced, true);
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
