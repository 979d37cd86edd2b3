package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a run writes. {@code OUTPUT/*.parquet} are the committed chunks, each whole, from
 * the first on; {@code OUTPUT/_SUCCESS} says that the last run ended with all its images labeled
 * and counted. All else lies in {@code OUTPUT/_boxmill}, which Spark, DuckDB and pandas pass over.
 *
 * <p>Labels that are to be replaced stay until the new ones are whole and counted: those are built
 * in a hidden sibling, which goes on where a killed run left it; then the two folders change places
 * by two renames. Between them a reader finds nothing; on a store that renames by copying, such as
 * S3, also a part of the table.
 */
public final class OutputFolder {

  /** What to do with labels that lie there already. */
  public enum ExistingLabels {
    /** They stay; images that have no row yet get one. */
    CONTINUE,
    /** They are replaced once the new ones are whole. */
    REPLACE,
    /** Rows of failed images are replaced. */
    RETRY_FAILED,
    /** They stay but for those of images that the input no longer has. */
    DROP_MISSING
  }

  /** Folder for all that is not labels. */
  public static final String WORK = "_boxmill";

  static final String SUCCESS = "_SUCCESS";

  private static final String REPLACE = "--overwrite replaces them, or name another folder";

  private final Path output;
  private final Path root;
  private final Configuration hadoop;
  private final FileSystem files;
  private final ChunkStore chunks;

  private OutputFolder(Path output, Path root, Configuration hadoop) throws IOException {
    this.output = output;
    this.root = root;
    this.hadoop = hadoop;
    this.files = Locations.filesystem(output, hadoop);
    this.chunks = new ChunkStore(root, hadoop);
  }

  /**
   * Looks whether a run may write there; changes nothing.
   *
   * @throws BadInputException if something lies there that must stay
   */
  public static OutputFolder claim(String output, ExistingLabels existing, Configuration hadoop) {
    if (output.isBlank()) {
      throw new BadInputException("Invalid --output: '" + output + "' (must be a path or a URI)");
    }
    try {
      return claim(Locations.absolute(output, hadoop), existing, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write labels to "
              + output
              + ": "
              + FailureReason.of(failure)
              + " (name a folder)",
          failure);
    }
  }

  private static OutputFolder claim(Path output, ExistingLabels existing, Configuration hadoop)
      throws IOException {
    FileSystem files = Locations.store(output, hadoop);
    if (output.isRoot()) {
      throw refusal(output, "it is the root of a filesystem", "name a folder below it");
    }
    FolderContents contents = FolderContents.of(held(files, output), hadoop);
    if (!contents.foreign().isEmpty()) {
      String others = String.join(", ", contents.foreign());
      throw refusal(output, "it holds what is no label table: " + others, "name another folder");
    }
    WritablePlace.require(output, hadoop);
    Path sibling = new Path(output.getParent(), "." + output.getName() + "-overwrite");
    if (existing == ExistingLabels.REPLACE) {
      return new OutputFolder(output, sibling, hadoop);
    }
    if (existing == ExistingLabels.RETRY_FAILED && contents.labels().isEmpty()) {
      throw refusal(output, "it holds no labels", "label first, then --retry-failed");
    }
    if (contents.labels().isEmpty() && files.exists(FolderSwap.replaced(sibling))) {
      throw refusal(
          output, "a run with --overwrite was cut off here", "the same run again finishes it");
    }
    return new OutputFolder(output, output, hadoop);
  }

  /**
   * Refuses an input that lies in what the run is to write.
   *
   * @throws BadInputException if it does
   */
  public void refuseToHold(Path input) {
    if (Locations.holds(output, input)) {
      throw refusal(output, "it holds the input " + Locations.uri(input), "name another folder");
    }
  }

  /**
   * Looks whether labels of before were made alike, so that this run may add to them.
   *
   * @throws BadInputException if labels lie there that were made otherwise; names each difference
   */
  public void refuseToMix(RunRecord run) throws IOException {
    chunks.refuseEmptyParts();
    Optional<RunRecord> before = RunRecord.in(root, hadoop);
    if (chunks.committed().isEmpty()) {
      if (root.equals(output) && holdsLabels()) {
        throw refusal(output, "it holds labels of an earlier version", REPLACE);
      }
    } else if (before.isEmpty()) {
      refuseOrDrop("it holds labels without " + WORK + "/" + RunRecord.FILE_NAME, REPLACE);
    } else {
      List<String> differences = before.get().differences(run);
      if (!differences.isEmpty()) {
        refuseOrDrop(
            "it holds labels made with " + String.join("; ", differences),
            before.get().samePrecision(run).map(remedy -> remedy + ", " + REPLACE).orElse(REPLACE));
      }
    }
  }

  /**
   * Looks whether only chunks of those names lie there.
   *
   * @param source what such chunks are made of
   * @throws BadInputException if there is another
   */
  public void refuseOtherChunks(Set<String> names, String source) throws IOException {
    if (!names.containsAll(chunks.committed())) {
      refuseOrDrop("it holds labels that were not made of " + source, REPLACE);
    }
  }

  /**
   * Called before the first chunk is labeled: sweeps what a killed run left.
   *
   * @throws BadInputException if nothing can be written there
   */
  public void begin(RunRecord run) throws IOException {
    try {
      chunks.own();
    } catch (IOException failure) {
      throw refusal(output, FailureReason.of(failure), "name a folder that can be written");
    }
    chunks.sweep();
    files.delete(new Path(root, SUCCESS), false);
    if (chunks.committed().isEmpty()) {
      StoredFile.write(report(RunRecord.FILE_NAME), run.json(), hadoop);
    }
  }

  /**
   * What an earlier --overwrite began otherwise is of no use; other labels are not ours to drop.
   */
  private void refuseOrDrop(String reason, String remedy) throws IOException {
    if (root.equals(output)) {
      throw refusal(output, reason, remedy);
    }
    files.delete(root, true);
  }

  private boolean holdsLabels() throws IOException {
    return !FolderContents.of(held(files, output), hadoop).labels().isEmpty();
  }

  /** As the user will find it. */
  public String uri() {
    return Locations.uri(output);
  }

  /** A folder beside the output. */
  public Path sibling(String name) {
    return new Path(output.getParent(), name);
  }

  /** The chunks of the table that the run writes. */
  public ChunkStore chunks() {
    return chunks;
  }

  /** Columns that the labels carry along which lie there already; none if no label does. */
  public KeptColumns kept() throws IOException {
    List<String> committed = chunks.committed();
    return committed.isEmpty()
        ? KeptColumns.NONE
        : KeptColumns.of(chunks.part(committed.get(0)), hadoop);
  }

  /** Where the label table is written; becomes {@link #uri} when {@link #finish} is called. */
  public Path table() {
    return root;
  }

  /** Where a report of the run is, by its name. */
  private Path report(String name) {
    return new Path(new Path(root, WORK), name);
  }

  /** Writes a report of the run beside the labels; replaces the one of before. */
  public void writeReport(String name, byte[] content) throws IOException {
    StoredFile.write(report(name), content, hadoop);
  }

  /**
   * Called when the table is whole and counted: marks it, and puts it in its place.
   *
   * @param warnings takes what went wrong without harm to the labels
   * @throws IOException if the table can't be put there; labels of before lie there again, or the
   *     message says where they are
   */
  public void finish(Consumer<String> warnings) throws IOException {
    chunks.end();
    files.create(new Path(root, SUCCESS), true).close();
    if (!root.equals(output)) {
      FolderSwap.swap(root, output, hadoop, warnings);
    }
  }

  /**
   * Called when the run failed: what it committed stays; a folder without labels is removed. If
   * another run took over, all is that one's.
   */
  public void abandon() throws IOException {
    if (!chunks.isOwned()) {
      return;
    }
    if (!chunks.committed().isEmpty()) {
      chunks.sweep();
    } else if (!root.equals(output) || !holdsLabels()) {
      files.delete(root, true);
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
