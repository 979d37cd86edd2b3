package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/**
 * The chunks of a label table, in the table's folder.
 *
 * <pre>
 * part-CHUNK.zstd.parquet          the rows of a committed chunk, and nothing else
 * _boxmill/chunks/CHUNK.gz         the files that the chunk was made of
 * _boxmill/chunks/CHUNK.ROWS.gz    the same, while the chunk gives up some of them
 * _boxmill/staged/CHUNK/           the chunk's Spark write, not committed
 * </pre>
 *
 * <p>A chunk's rows lie in one file, and that file is its commit. It is written in {@code staged},
 * where no reader looks, by Spark and the store's committer; its rows are counted; the list of its
 * inputs is written; then it is put into the table's folder by {@link StoredFile#place}. So
 *
 * <ul>
 *   <li>a reader sees all of a chunk or nothing, on every store: one file can't be half there;
 *   <li>a kill leaves the chunk committed or not, never between: what lies in {@code staged}, and a
 *       list without its part, counts for nothing and is swept by the next run;
 *   <li>no row is doubled: a run labels only what no committed chunk's list has, and the same chunk
 *       has the same name, so that writing it twice replaces it;
 *   <li>failed rows are replaced by rewriting the chunk's one file under its name;
 *   <li>rows are dropped by rewriting it with fewer, whose list lies there before and takes its
 *       place after.
 * </ul>
 */
public final class ChunkStore {

  private static final Pattern PART = Pattern.compile("part-([0-9a-f]{32})\\.zstd\\.parquet");
  private static final String OWNER = "owner";

  /** Bytes of a Parquet file's marks and its footer's length. */
  private static final int SHORTEST_PARQUET = 12;

  private final Path folder;
  private final Configuration hadoop;
  private final FileSystem files;
  private final ChunkLists lists;
  private String owner = "nobody";

  ChunkStore(Path folder, Configuration hadoop) throws IOException {
    this.folder = folder;
    this.hadoop = hadoop;
    this.files = Locations.filesystem(folder, hadoop);
    this.lists = new ChunkLists(work("chunks"), hadoop);
  }

  /** Whether a file of that name holds the rows of a chunk. */
  static boolean isPart(String name) {
    return PART.matcher(name).matches();
  }

  /**
   * Makes this the only one that commits: another run that still writes here fails at its next
   * chunk.
   */
  void own() throws IOException {
    owner = UUID.randomUUID().toString();
    StoredFile.write(work(OWNER), owner.getBytes(StandardCharsets.UTF_8), hadoop);
  }

  /** Whether no other run took over since {@link #own}. */
  boolean isOwned() throws IOException {
    try (FSDataInputStream stream = files.open(work(OWNER))) {
      return owner.equals(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException ended) {
      return false;
    }
  }

  private void requireOwned() throws IOException {
    if (!isOwned()) {
      throw new IOException(
          "Cannot commit to "
              + Locations.uri(folder)
              + ": another run writes there now (one at a time)");
    }
  }

  /** Names of the committed chunks. */
  public List<String> committed() throws IOException {
    List<String> names = new ArrayList<>();
    forEachFile(
        folder,
        file -> {
          Matcher part = PART.matcher(file.getPath().getName());
          if (part.matches()) {
            names.add(part.group(1));
          }
        });
    return names;
  }

  /** The file of a chunk's rows. */
  public Path part(String chunk) {
    return new Path(folder, "part-" + chunk + ".zstd.parquet");
  }

  /** Where Spark writes a chunk. */
  public Path staged(String chunk) {
    return new Path(work("staged"), chunk);
  }

  /** Removes what a killed run left: writes that were not committed, lists without their part. */
  public void sweep() throws IOException {
    files.delete(work("staged"), true);
    StoredFile.endUploads(folder, hadoop);
    Set<String> committed = new HashSet<>(committed());
    List<Path> found = new ArrayList<>();
    forEachFile(lists.folder(), file -> found.add(file.getPath()));
    for (Path list : found) {
      sweep(list, committed);
    }
  }

  /** A list that waits for its part takes its place if the part is there, and is dropped if not. */
  private void sweep(Path list, Set<String> committed) throws IOException {
    Optional<ChunkLists.Name> name =
        ChunkLists.Name.of(list.getName()).filter(found -> committed.contains(found.chunk()));
    if (name.isEmpty()) {
      files.delete(list, false);
    } else if (name.get().rows().isPresent()) {
      long rows = name.get().rows().get();
      if (rows(name.get().chunk()) == rows) {
        lists.settle(name.get().chunk(), rows);
      } else {
        files.delete(list, false);
      }
    }
  }

  /** Removes all that is of no use without a run. */
  void end() throws IOException {
    requireOwned();
    sweep();
    files.delete(work(OWNER), false);
  }

  /**
   * Gives the files that committed chunks were made of.
   *
   * @throws BadInputException if a list is missing or damaged, naming it and the remedy
   */
  public void forEachFileOf(Iterable<String> chunks, Consumer<ListedFile> labeled)
      throws IOException {
    for (String chunk : chunks) {
      forEachInput(chunk, labeled);
    }
  }

  /**
   * The committed chunk whose rows a file holds.
   *
   * @param part name of the file
   */
  public Chunk chunkOf(String part) throws IOException {
    Matcher named = PART.matcher(part);
    if (!named.matches()) {
      throw new IOException("Unknown file in the label table: " + part);
    }
    String name = named.group(1);
    List<ListedFile> inputs = new ArrayList<>();
    forEachInput(name, inputs::add);
    return new Chunk(name, inputs);
  }

  private void forEachInput(String chunk, Consumer<ListedFile> inputs) throws IOException {
    try {
      lists.forEach(chunk, inputs);
    } catch (IOException failure) {
      throw new BadInputException(
          "Cannot read the list of inputs "
              + Locations.uri(lists.of(chunk))
              + ": "
              + reason(failure)
              + remedy(chunk),
          failure);
    }
  }

  /** A file of no bytes ends before its first, and says nothing. */
  private static String reason(IOException failure) {
    return failure instanceof EOFException && failure.getMessage() == null
        ? "it is empty"
        : FailureReason.of(failure);
  }

  /** What heals a chunk: its images have no row then, and get one. */
  private String remedy(String chunk) {
    return " (delete "
        + Locations.uri(part(chunk))
        + " and run again: only its images are labeled again)";
  }

  /** What reads rows. */
  public interface Read<T> {
    T run() throws IOException;
  }

  /**
   * Gives what a read of the rows gives.
   *
   * @throws BadInputException if it failed at a damaged file of a chunk, naming file and remedy
   */
  public <T> T reading(Read<T> read) throws IOException {
    try {
      return read.run();
    } catch (Exception failure) { // Spark throws checked ones that it does not declare
      Optional<String> damaged = DamagedPart.chunk(failure, PART);
      if (damaged.isEmpty() || !files.exists(part(damaged.get()))) {
        throw failure;
      }
      throw damaged(damaged.get(), failure);
    }
  }

  private BadInputException damaged(String chunk, Throwable failure) {
    return new BadInputException(
        "Cannot read labels "
            + Locations.uri(part(chunk))
            + ": "
            + DamagedPart.reason(failure)
            + remedy(chunk),
        failure);
  }

  /**
   * Looks for parts that hold less than the shortest Parquet file, as a machine leaves them that
   * lost its power.
   *
   * @throws BadInputException if there is one, naming file and remedy
   */
  void refuseEmptyParts() throws IOException {
    forEachFile(
        folder,
        file -> {
          Matcher part = PART.matcher(file.getPath().getName());
          if (part.matches() && file.getLen() < SHORTEST_PARQUET) {
            throw damaged(part.group(1), new EOFException("it holds no row"));
          }
        });
  }

  /**
   * Puts a staged chunk among the labels.
   *
   * @return its rows
   * @throws IOException if its rows are not as many as its images, or the store fails; nothing is
   *     committed then
   */
  public long commit(Chunk chunk) throws IOException {
    return commit(chunk, chunk.images());
  }

  /**
   * The same.
   *
   * @param expected rows that it must have; empty if nobody knows
   */
  public long commit(Chunk chunk, OptionalLong expected) throws IOException {
    Path written = stagedFile(chunk.name());
    long rows = rows(written);
    refuseOtherThan(expected.orElse(rows), chunk, rows);
    requireOwned();
    if (!files.exists(part(chunk.name()))) {
      lists.write(chunk);
    }
    StoredFile.place(written, part(chunk.name()), hadoop);
    files.delete(staged(chunk.name()), true);
    return rows;
  }

  /**
   * Puts a staged chunk in the place of the committed one of its name, which was made of more
   * files. A kill leaves the one or the other: what is between part and list, {@link #sweep}
   * settles.
   *
   * @throws IOException if its rows are not as many as its images, or the store fails
   */
  public void shrink(Chunk chunk) throws IOException {
    Path written = stagedFile(chunk.name());
    long rows = rows(written);
    refuseOtherThan(chunk.images().orElse(rows), chunk, rows);
    requireOwned();
    lists.write(chunk, rows);
    StoredFile.place(written, part(chunk.name()), hadoop);
    lists.settle(chunk.name(), rows);
    files.delete(staged(chunk.name()), true);
  }

  /** Removes a committed chunk with all its rows. */
  public void drop(String chunk) throws IOException {
    requireOwned();
    files.delete(part(chunk), false);
    files.delete(lists.of(chunk), false);
  }

  private static void refuseOtherThan(long images, Chunk chunk, long rows) throws IOException {
    if (rows != images) {
      throw new IOException(
          "Cannot commit chunk " + chunk.name() + ": " + images + " images gave " + rows + " rows");
    }
  }

  private Path stagedFile(String chunk) throws IOException {
    List<Path> written = new ArrayList<>();
    forEachFile(
        staged(chunk),
        file -> {
          if (file.getPath().getName().endsWith(".parquet")) {
            written.add(file.getPath());
          }
        });
    if (written.size() != 1) {
      throw new IOException(
          "Cannot commit chunk "
              + chunk
              + ": Spark wrote "
              + written.size()
              + " files (expected 1)");
    }
    return written.get(0);
  }

  /** Rows of a committed chunk. */
  public long rows(String chunk) throws IOException {
    return reading(() -> rows(part(chunk)));
  }

  private long rows(Path parquet) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(parquet, hadoop))) {
      return reader.getRecordCount();
    }
  }

  private Path work(String name) {
    return new Path(new Path(folder, OutputFolder.WORK), name);
  }

  private interface FileConsumer {
    void accept(FileStatus file) throws IOException;
  }

  private void forEachFile(Path below, FileConsumer consumer) throws IOException {
    try {
      RemoteIterator<FileStatus> listing = files.listStatusIterator(below);
      while (listing.hasNext()) {
        consumer.accept(listing.next());
      }
    } catch (FileNotFoundException none) {
      // A folder that was never written holds nothing.
    }
  }
}
