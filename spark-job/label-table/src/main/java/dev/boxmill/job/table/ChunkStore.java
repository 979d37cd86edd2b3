package dev.boxmill.job.table;

import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.FileLines;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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
 *   <li>failed rows are replaced by rewriting the chunk's one file under its name.
 * </ul>
 */
public final class ChunkStore {

  private static final Pattern PART = Pattern.compile("part-([0-9a-f]{32})\\.zstd\\.parquet");
  private static final String OWNER = "owner";
  private static final String LIST_SUFFIX = ".gz";

  private final Path folder;
  private final Configuration hadoop;
  private final FileSystem files;
  private String owner = "nobody";

  ChunkStore(Path folder, Configuration hadoop) throws IOException {
    this.folder = folder;
    this.hadoop = hadoop;
    this.files = Locations.filesystem(folder, hadoop);
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
    List<Path> orphans = new ArrayList<>();
    forEachFile(
        work("chunks"),
        file -> {
          String name = file.getPath().getName();
          if (!name.endsWith(LIST_SUFFIX) || !committed.contains(chunkOfList(name))) {
            orphans.add(file.getPath());
          }
        });
    for (Path orphan : orphans) {
      files.delete(orphan, false);
    }
  }

  /** Removes all that is of no use without a run. */
  void end() throws IOException {
    requireOwned();
    sweep();
    files.delete(work(OWNER), false);
  }

  private static String chunkOfList(String name) {
    return name.substring(0, name.length() - LIST_SUFFIX.length());
  }

  /**
   * Gives the files that committed chunks were made of.
   *
   * @throws IOException if a list is missing or damaged
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
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(files.open(list(chunk))), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        inputs.accept(FileLines.parse(line));
      }
    } catch (IOException failure) {
      throw new IOException(
          "Cannot read the list of inputs "
              + Locations.uri(list(chunk))
              + ": "
              + failure.getMessage()
              + " (--overwrite labels everything again)",
          failure);
    }
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
    long images = expected.orElse(rows);
    if (rows != images) {
      throw new IOException(
          "Cannot commit chunk " + chunk.name() + ": " + images + " images gave " + rows + " rows");
    }
    requireOwned();
    if (!files.exists(part(chunk.name()))) {
      writeList(chunk);
    }
    StoredFile.place(written, part(chunk.name()), hadoop);
    files.delete(staged(chunk.name()), true);
    return rows;
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
    return rows(part(chunk));
  }

  private long rows(Path parquet) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(parquet, hadoop))) {
      return reader.getRecordCount();
    }
  }

  private void writeList(Chunk chunk) throws IOException {
    try (Writer lines =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(files.create(list(chunk.name()), true)),
                StandardCharsets.UTF_8))) {
      for (ListedFile input : chunk.files()) {
        lines.write(FileLines.line(input));
      }
    }
  }

  private Path list(String chunk) {
    return new Path(work("chunks"), chunk + LIST_SUFFIX);
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
