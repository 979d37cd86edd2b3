package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.text.Plural;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Parquet inputs, told apart by their columns. */
final class ParquetListing {

  private static final long MIN_SPLIT_BYTES = 4L << 20;
  private static final long MAX_SPLIT_BYTES = 64L << 20;
  private static final int SPLITS_PER_SLOT = 4;

  private final SparkSession spark;
  private final List<ParquetSource> sources = new ArrayList<>();
  private final Map<String, Long> tableLengths = new HashMap<>();
  private final Optional<Dataset<Row>> labeled;

  /**
   * @param labeled rows that were labeled before: images of the same URIs are left out
   */
  ParquetListing(SparkSession spark, Optional<Dataset<Row>> labeled) {
    this.labeled = labeled;
    this.spark = spark.newSession();
    // Whole photographs in a column: thousands of rows at a time would not fit into memory.
    this.spark.conf().set("spark.sql.parquet.columnarReaderBatchSize", "32");
  }

  boolean isEmpty() {
    return sources.isEmpty();
  }

  /** The tables, less images of URIs that are given already or by an earlier table. */
  List<ListedFile> tables(Set<String> given) {
    labeled.ifPresent(rows -> sources.replaceAll(source -> source.without(rows)));
    if (sources.size() > 1 || (sources.size() == 1 && !given.isEmpty())) {
      sources.replaceAll(source -> source.givingOnce(given));
    }
    List<ListedFile> tables = new ArrayList<>();
    for (ParquetSource source : sources) {
      source
          .rowsOfFiles()
          .forEach((uri, rows) -> tables.add(ListedFile.table(uri, tableLengths.get(uri), rows)));
    }
    return tables;
  }

  /** The images of some of the tables. */
  Optional<JavaRDD<ImageInput>> images(List<ListedFile> tables, int slots) {
    return sources.stream()
        .map(source -> source.of(tables))
        .filter(chosen -> !chosen.isEmpty())
        .map(chosen -> chosen.images(slots))
        .reduce(JavaRDD::union);
  }

  long duplicates() {
    return sources.stream().mapToLong(ParquetSource::duplicates).sum();
  }

  boolean holdsBytes(FoundFiles found, List<FileStatus> tables) {
    return new ParquetColumns(open(found, tables).schema()).bytes().isPresent();
  }

  /** Adds the rows of a table with bytes; returns what it found, for the user. */
  String addImages(FoundFiles found, List<FileStatus> tables) {
    List<FileStatus> added = tables.stream().filter(this::isNew).toList();
    if (added.isEmpty()) {
      return "given before";
    }
    Dataset<Row> table = open(found, added);
    ParquetColumns columns = new ParquetColumns(table.schema());
    if (columns.bytes().isEmpty()) {
      throw missing(found, columns, "no column of image bytes", ParquetColumns.BYTES);
    }
    List<String> uris = added.stream().map(file -> Locations.uri(file.getPath())).toList();
    ParquetSource source = scan(found, table, columns, uris);
    if (source.count() == 0) {
      throw new BadInputException(
          "Cannot read input " + found.input() + ": its tables have no row (name one with images)");
    }
    sources.add(source);
    String note =
        source.filesNamedByRow() == 0
            ? ""
            : " (names repeat in "
                + Plural.of(source.filesNamedByRow(), "file")
                + ": its images are named by row)";
    return Plural.of(source.count(), "row") + " with image bytes" + note;
  }

  /** Gives the URIs of a manifest; returns how many. */
  long readUris(FoundFiles found, List<FileStatus> tables, Consumer<String> uris) {
    Dataset<Row> table = open(found, tables);
    ParquetColumns columns = new ParquetColumns(table.schema());
    if (columns.uri().isEmpty()) {
      throw missing(found, columns, "no column of URIs", TextManifest.URI_COLUMNS);
    }
    Column uri = columns.uri().get();
    Dataset<String> named = table.select(uri).where(uri.isNotNull()).as(Encoders.STRING());
    long[] count = {0};
    try {
      named
          .toLocalIterator()
          .forEachRemaining(
              text -> {
                uris.accept(text);
                count[0]++;
              });
    } catch (BadInputException refused) {
      throw refused;
    } catch (Exception unreadable) {
      throw unreadable(found, unreadable);
    }
    return count[0];
  }

  private boolean isNew(FileStatus table) {
    return tableLengths.putIfAbsent(Locations.uri(table.getPath()), table.getLen()) == null;
  }

  private Dataset<Row> open(FoundFiles found, List<FileStatus> tables) {
    long bytes = tables.stream().mapToLong(FileStatus::getLen).sum();
    long share = bytes / Math.max(1, spark.sparkContext().defaultParallelism() * SPLITS_PER_SLOT);
    long split = Math.min(MAX_SPLIT_BYTES, Math.max(MIN_SPLIT_BYTES, share));
    spark.conf().set("spark.sql.files.maxPartitionBytes", Long.toString(split));
    String[] paths =
        tables.stream()
            .map(table -> Locations.literal(table.getPath()))
            .distinct()
            .toArray(String[]::new);
    try {
      requireParquet(tables.get(0).getPath());
      return spark.read().parquet(paths);
    } catch (Exception unreadable) {
      throw unreadable(found, unreadable);
    }
  }

  /** Spark would find out on an executor, and fill the console. */
  private void requireParquet(Path table) throws IOException {
    HadoopInputFile file =
        HadoopInputFile.fromPath(table, spark.sparkContext().hadoopConfiguration());
    ParquetFileReader.open(file).close();
  }

  private static ParquetSource scan(
      FoundFiles found, Dataset<Row> table, ParquetColumns columns, List<String> uris) {
    try {
      return ParquetSource.of(table, columns, uris);
    } catch (Exception unreadable) {
      throw unreadable(found, unreadable);
    }
  }

  private static BadInputException unreadable(FoundFiles found, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return new BadInputException(
        "Cannot read input "
            + found.input()
            + " as Parquet: "
            + FailureReason.of(cause).lines().findFirst().orElse("")
            + " (name whole Parquet files)",
        failure);
  }

  private static BadInputException missing(
      FoundFiles found, ParquetColumns columns, String what, List<String> known) {
    return new BadInputException(
        String.format(
            Locale.ROOT,
            "Cannot read input %s: %s (known: %s; found: %s)",
            found.input(),
            what,
            String.join(", ", known),
            columns.found()));
  }
}
