package dev.boxmill.job.run;

import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.FileSort;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.ChunkStore;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Takes rows of images that the inputs no longer have out of a table: each chunk that has some is
 * rewritten without them, or removed. A row whose file is gone stays if another input gives an
 * image of its address: nothing would label that again.
 */
final class MissingRows {

  private final SparkSession spark;
  private final ListedInputs inputs;
  private final ChunkStore store;
  private final TableOptions options;
  private final KeptColumns kept;
  private final LabelWriter writer;

  MissingRows(
      SparkSession spark,
      ListedInputs inputs,
      ChunkStore store,
      TableOptions options,
      KeptColumns kept) {
    this.spark = spark;
    this.inputs = inputs;
    this.store = store;
    this.options = options;
    this.kept = kept;
    this.writer = new LabelWriter(spark, kept);
  }

  /**
   * Drops them; gives how many.
   *
   * @param labeled files of committed chunks
   */
  long drop(SortedFiles labeled) throws IOException {
    long dropped = 0;
    try (SortedFiles missing = labeled.without(inputs.files())) {
      if (missing.count() > 0) {
        for (String chunk : store.committed()) {
          dropped += drop(store.chunkOf(store.part(chunk).getName()), missing);
        }
      }
    }
    return dropped;
  }

  private long drop(Chunk chunk, SortedFiles missing) throws IOException {
    List<ListedFile> staying = staying(chunk, missing);
    if (staying.size() == chunk.files().size()) {
      return 0;
    }
    long before = store.rows(chunk.name());
    List<ListedFile> gone = new ArrayList<>(chunk.files());
    gone.removeAll(Set.copyOf(staying));
    Dataset<Row> rows = writer.read(store.part(chunk.name()));
    Staying of = staying(gone, staying);
    Set<String> given = stillGiven(store.reading(() -> uris(rows, of)));
    given.forEach(uri -> staying.add(ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH)));
    if (staying.isEmpty()) {
      store.drop(chunk.name());
      return before;
    }
    staying.sort(Comparator.comparing(ListedFile::uri));
    store.reading(
        () -> {
          writer.writeChunk(
              rows.filter(
                  (FilterFunction<Row>)
                      row -> of.has(row.getString(0)) || given.contains(row.getString(0))),
              store.staged(chunk.name()));
          return null;
        });
    store.shrink(new Chunk(chunk.name(), staying));
    return before - store.rows(chunk.name());
  }

  /** Addresses of the rows that are to go. */
  private static List<String> uris(Dataset<Row> rows, Staying of) {
    return rows.filter((FilterFunction<Row>) row -> !of.has(row.getString(0)))
        .select(LabelColumn.IMAGE_URI.columnName())
        .as(Encoders.STRING())
        .collectAsList();
  }

  /** Those of some addresses that files or tables of the inputs have. */
  private Set<String> stillGiven(List<String> uris) {
    try (FileSort sort = new FileSort()) {
      uris.forEach(uri -> sort.add(ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH)));
      Set<String> given = new HashSet<>(uris);
      try (SortedFiles sorted = sort.sorted();
          SortedFiles others = sorted.without(inputs.files())) {
        others.forEach(file -> given.remove(file.uri()));
      }
      given.addAll(inputs.givenByTables(uris));
      return given;
    }
  }

  private static List<ListedFile> staying(Chunk chunk, SortedFiles missing) {
    try (FileSort files = new FileSort()) {
      chunk.files().forEach(files::add);
      try (SortedFiles sorted = files.sorted();
          SortedFiles rest = sorted.without(missing)) {
        List<ListedFile> staying = new ArrayList<>();
        rest.forEach(staying::add);
        return staying;
      }
    }
  }

  private static Set<String> uris(List<ListedFile> files) {
    Set<String> uris = new HashSet<>();
    files.forEach(file -> uris.add(file.uri()));
    return uris;
  }

  private static List<String> holders(List<ListedFile> files) {
    List<String> holders = new ArrayList<>();
    files.stream()
        .filter(file -> file.kind() != Kind.IMAGE)
        .forEach(file -> holders.add(file.uri() + "!/"));
    return holders;
  }

  private Staying staying(List<ListedFile> gone, List<ListedFile> staying) {
    boolean tableGone = gone.stream().anyMatch(file -> file.kind() == Kind.TABLE);
    Set<String> names = uris(staying);
    if (tableGone) {
      List<String> tables =
          staying.stream().filter(file -> file.kind() == Kind.TABLE).map(ListedFile::uri).toList();
      try (ListedInputs listed = InputListing.ofTables(spark, tables, options, kept)) {
        names.addAll(listed.tableImages().collect());
      }
    }
    return new Staying(uris(gone), holders(gone), tableGone, names, holders(staying));
  }

  /**
   * Which rows stay.
   *
   * @param gone files
   * @param goneHolders what addresses of images in files that are gone begin with
   * @param tableGone whether one of them is a table, whose rows may have any address
   * @param names addresses of what stays
   * @param holders what addresses of images in files that stay begin with
   */
  private record Staying(
      Set<String> gone,
      List<String> goneHolders,
      boolean tableGone,
      Set<String> names,
      List<String> holders)
      implements Serializable {

    boolean has(String uri) {
      if (gone.contains(uri) || goneHolders.stream().anyMatch(uri::startsWith)) {
        return false;
      }
      return !tableGone || names.contains(uri) || holders.stream().anyMatch(uri::startsWith);
    }
  }
}
