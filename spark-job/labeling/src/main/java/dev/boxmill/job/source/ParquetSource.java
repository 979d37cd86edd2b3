package dev.boxmill.job.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelColumn;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Rows that hold an image's bytes. A row is named by its name column if that is a whole URI, else
 * {@code file.parquet!/name}, or {@code file.parquet!/row=17} without a name. Where names repeat
 * within a file they tell nothing apart, and the file's rows are named {@code
 * file.parquet!/row=17/name}; of rows that share a whole URI only the first is given.
 */
final class ParquetSource {

  private static final String WHOLE_URI = "^([a-zA-Z][a-zA-Z0-9+.-]*:)?/.*";

  /** For a URI that another source gives. */
  private static final Position NOWHERE = new Position("", -1);

  private final SparkSession spark;
  private final Tables tables;
  private final long count;
  private final long duplicates;
  private final Set<String> filesOfRepeatedNames;
  private final Map<String, Position> keepers;

  /** Where a row stands. */
  private record Position(String file, long row) implements java.io.Serializable {}

  /** Files of one schema, and where in it the images are. */
  private record Tables(List<String> uris, StructType schema, Column name, Column bytes) {

    Dataset<Row> rows(SparkSession spark) {
      String[] paths =
          uris.stream().map(uri -> Locations.literal(new Path(uri))).toArray(String[]::new);
      return rows(spark.read().schema(schema).parquet(paths));
    }

    Dataset<Row> rows(Dataset<Row> table) {
      return table.select(
          name.as("name"),
          col("_metadata.file_path").as("file"),
          col("_metadata.row_index").as("row"),
          bytes.as("bytes"));
    }
  }

  private ParquetSource(
      SparkSession spark,
      Tables tables,
      long count,
      long duplicates,
      Set<String> filesOfRepeatedNames,
      Map<String, Position> keepers) {
    this.spark = spark;
    this.tables = tables;
    this.count = count;
    this.duplicates = duplicates;
    this.filesOfRepeatedNames = filesOfRepeatedNames;
    this.keepers = keepers;
  }

  /** Reads the name columns once, to count rows and find repeated names. */
  static ParquetSource of(Dataset<Row> table, ParquetColumns columns, List<String> uris) {
    Column bytes = columns.bytes().orElseThrow();
    Column name = columns.name().orElse(lit(null).cast("string"));
    Tables tables = new Tables(uris, table.schema(), name, bytes);
    Dataset<Row> names = tables.rows(table).drop("bytes").cache();
    try {
      return named(table.sparkSession(), tables, names);
    } finally {
      names.unpersist();
    }
  }

  private static ParquetSource named(SparkSession spark, Tables tables, Dataset<Row> names) {
    Column wholeUri = col("name").rlike(WHOLE_URI);
    Set<String> repeated =
        new HashSet<>(
            names
                .where(functions.not(wholeUri))
                .groupBy("file", "name")
                .agg(functions.count(lit(1)).as("times"))
                .where("times > 1")
                .select("file")
                .distinct()
                .as(Encoders.STRING())
                .collectAsList());
    long duplicates = 0;
    Map<String, Position> keepers = new HashMap<>();
    for (Row row :
        names
            .where(wholeUri)
            .groupBy("name")
            .agg(functions.count(lit(1)).as("times"), min(struct("file", "row")).as("first"))
            .where("times > 1")
            .collectAsList()) {
      duplicates += row.getLong(1) - 1;
      keepers.put(
          row.getString(0),
          new Position(row.getStruct(2).getString(0), row.getStruct(2).getLong(1)));
    }
    return new ParquetSource(
        spark, tables, names.count() - duplicates, duplicates, repeated, keepers);
  }

  /**
   * The same without images whose URI is among those; adds the URIs of this source to them. Two
   * sources can share only whole URIs: other names hold their file.
   */
  ParquetSource givingOnce(Set<String> given) {
    Map<String, Position> kept = new HashMap<>(keepers);
    wholeUris()
        .toLocalIterator()
        .forEachRemaining(
            uri -> {
              if (!given.add(uri)) {
                kept.put(uri, NOWHERE);
              }
            });
    long repeated = kept.values().stream().filter(NOWHERE::equals).count();
    return new ParquetSource(
        spark, tables, count - repeated, duplicates + repeated, filesOfRepeatedNames, kept);
  }

  /** The same without images that have a label row already. */
  ParquetSource without(Dataset<Row> labeled) {
    Column uri = col(LabelColumn.IMAGE_URI.columnName());
    Dataset<Row> known = labeled.select(uri.as("name"));
    Map<String, Position> kept = new HashMap<>(keepers);
    wholeUris()
        .toDF("name")
        .join(known, "name")
        .as(Encoders.STRING())
        .collectAsList()
        .forEach(name -> kept.put(name, NOWHERE));
    return new ParquetSource(spark, tables, count, duplicates, filesOfRepeatedNames, kept);
  }

  private Dataset<String> wholeUris() {
    return tables
        .rows(spark)
        .select("name")
        .where(col("name").rlike(WHOLE_URI))
        .distinct()
        .as(Encoders.STRING());
  }

  /** The files, with how many images each gives. */
  Map<String, Long> rowsOfFiles() {
    Map<String, Position> kept = keepers;
    Map<String, Long> rows = new TreeMap<>();
    tables.uris().forEach(uri -> rows.put(uri, 0L));
    tables
        .rows(spark)
        .drop("bytes")
        .filter((FilterFunction<Row>) row -> isKept(row, kept))
        .groupBy("file")
        .count()
        .collectAsList()
        .forEach(row -> rows.put(fileUri(row.getString(0)), row.getLong(1)));
    return rows;
  }

  /** The same with only those of its files. */
  ParquetSource of(List<ListedFile> chosen) {
    Set<String> own = Set.copyOf(tables.uris());
    List<ListedFile> files = chosen.stream().filter(file -> own.contains(file.uri())).toList();
    Tables some =
        new Tables(
            files.stream().map(ListedFile::uri).toList(),
            tables.schema(),
            tables.name(),
            tables.bytes());
    long images = files.stream().mapToLong(ListedFile::rows).sum();
    return new ParquetSource(spark, some, images, 0, filesOfRepeatedNames, keepers);
  }

  boolean isEmpty() {
    return tables.uris().isEmpty();
  }

  /** Images in it. */
  long count() {
    return count;
  }

  /** Rows left out because an earlier row has the same URI. */
  long duplicates() {
    return duplicates;
  }

  /** Files whose rows are named by number because their names repeat. */
  int filesNamedByRow() {
    return filesOfRepeatedNames.size();
  }

  JavaRDD<ImageInput> images(int slots) {
    Dataset<Row> rows = tables.rows(spark);
    JavaRDD<Row> cut = rows.toJavaRDD();
    if (cut.getNumPartitions() < slots && count > cut.getNumPartitions()) {
      cut =
          rows.repartition(FileSource.tasks((int) Math.min(count, Integer.MAX_VALUE), slots))
              .toJavaRDD();
    }
    Map<String, Position> kept = keepers;
    Set<String> byRow = filesOfRepeatedNames;
    return cut.filter(row -> isKept(row, kept)).map(row -> input(row, byRow));
  }

  private static boolean isKept(Row row, Map<String, Position> keepers) {
    Position keeper = row.isNullAt(0) ? null : keepers.get(row.getString(0));
    return keeper == null || keeper.equals(new Position(row.getString(1), row.getLong(2)));
  }

  private static ImageInput input(Row row, Set<String> filesNamedByRow) {
    String uri = uri(row, filesNamedByRow.contains(row.getString(1)));
    if (row.isNullAt(3)) {
      return new ImageInput(
          uri,
          () -> {
            throw new ImageInputException(
                ErrorCategory.STORAGE, "Cannot read " + uri + ": its row holds no bytes", null);
          });
    }
    byte[] bytes = row.getAs(3);
    return new ImageInput(uri, () -> bytes);
  }

  /** Spark writes a file's URI with escapes. */
  private static String fileUri(String metadata) {
    return Locations.uri(new Path(URI.create(metadata)));
  }

  private static String uri(Row row, boolean byRow) {
    String file = fileUri(row.getString(1));
    if (row.isNullAt(0) || row.getString(0).isBlank()) {
      return file + "!/row=" + row.getLong(2);
    }
    String name = row.getString(0);
    if (name.matches(WHOLE_URI)) {
      return name;
    }
    return byRow ? file + "!/row=" + row.getLong(2) + "/" + name : file + "!/" + name;
  }
}
