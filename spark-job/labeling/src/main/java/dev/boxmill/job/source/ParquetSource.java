package dev.boxmill.job.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.schemas.LabelColumn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Rows that hold an image's bytes or its address. A row is named by its name column if that is a
 * whole URI, else {@code file.parquet!/name}, or {@code file.parquet!/row=17} without a name. Where
 * names repeat within a file they tell nothing apart, and the file's rows are named {@code
 * file.parquet!/row=17/name}; of rows that share a whole URI only the first is given.
 */
final class ParquetSource {

  private static final String WHOLE_URI = "^([a-zA-Z][a-zA-Z0-9+.-]*:)?/.*";

  /** For a URI that another source gives. */
  private static final Position NOWHERE = new Position("", -1);

  private final SparkSession spark;
  private final ImageRows tables;
  private final long count;
  private final long duplicates;
  private final Set<String> filesOfRepeatedNames;
  private final Map<String, Position> keepers;

  /** Where a row stands. */
  private record Position(String file, long row) implements java.io.Serializable {}

  private static final StructType NAMES =
      StructType.fromDDL("name string, file string, row long, named boolean");

  private ParquetSource(
      SparkSession spark,
      ImageRows tables,
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
  static ParquetSource of(SparkSession spark, ImageRows tables) {
    Dataset<Row> names = names(spark, tables).cache();
    try {
      return named(spark, tables, names);
    } finally {
      names.unpersist();
    }
  }

  private static Dataset<Row> names(SparkSession spark, ImageRows tables) {
    return spark.createDataFrame(tables.names(spark), NAMES);
  }

  private static ParquetSource named(SparkSession spark, ImageRows tables, Dataset<Row> names) {
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
        spark,
        tables,
        names.count() - duplicates + tables.damagedFiles().size(),
        duplicates,
        repeated,
        keepers);
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

  /** Those of some addresses that its rows have. */
  List<String> given(List<String> uris) {
    return wholeUris()
        .toDF("name")
        .join(spark.createDataset(uris, Encoders.STRING()).toDF("name"), "name")
        .as(Encoders.STRING())
        .collectAsList();
  }

  private Dataset<String> wholeUris() {
    return names(spark, tables)
        .select("name")
        .where(col("name").rlike(WHOLE_URI))
        .distinct()
        .as(Encoders.STRING());
  }

  /** The files, with how many images each gives, if that will be so when it is read again. */
  Map<String, OptionalLong> rowsOfFiles() {
    Map<String, Position> kept = keepers;
    Map<String, OptionalLong> rows = new TreeMap<>();
    tables.uris().forEach(uri -> rows.put(uri, OptionalLong.of(0)));
    names(spark, tables)
        .filter((FilterFunction<Row>) row -> isKept(row, kept))
        .groupBy("file")
        .agg(functions.count(lit(1)), min("named"))
        .collectAsList()
        .forEach(
            row ->
                rows.put(
                    row.getString(0),
                    row.getBoolean(2) ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty()));
    tables.damagedFiles().forEach(file -> rows.put(file, OptionalLong.empty()));
    return rows;
  }

  /** The same with only those of its files. */
  ParquetSource of(List<ListedFile> chosen) {
    Set<String> own = Set.copyOf(tables.uris());
    List<ListedFile> files = chosen.stream().filter(file -> own.contains(file.uri())).toList();
    ImageRows some = tables.only(files.stream().map(ListedFile::uri).toList());
    long images = files.stream().mapToLong(file -> file.images().orElse(1)).sum();
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

  /**
   * The images.
   *
   * @param hadoop the settings of the filesystems, on executors
   */
  JavaRDD<ImageInput> images(int slots, Broadcast<SerializableConfiguration> hadoop) {
    int tasks = FileSource.tasks((int) Math.min(count, Integer.MAX_VALUE), slots);
    JavaRDD<TableImage> rows = tables.rows(spark, tasks, hadoop);
    JavaRDD<TableImage> cut =
        rows.getNumPartitions() < slots && count > rows.getNumPartitions()
            ? rows.repartition(tasks)
            : rows;
    Map<String, Position> kept = keepers;
    Set<String> byRow = filesOfRepeatedNames;
    Map<String, String> prefixes = tables.prefixes(spark);
    return cut.filter(image -> isKept(image, kept))
        .map(image -> input(image, byRow, prefixes, hadoop.value().value()));
  }

  /** Addresses of the images. */
  JavaRDD<String> uris() {
    Map<String, Position> kept = keepers;
    Set<String> byRow = filesOfRepeatedNames;
    Map<String, String> prefixes = tables.prefixes(spark);
    return tables
        .names(spark)
        .filter(row -> isKept(row, kept))
        .map(row -> TableImage.read(row.getString(1), row.getLong(2), row.getString(0), null, null))
        .map(row -> uri(row, byRow.contains(row.file()), prefixes.get(row.file())));
  }

  private static boolean isKept(Row row, Map<String, Position> keepers) {
    return isKept(row.getString(0), row.getString(1), row.getLong(2), keepers);
  }

  private static boolean isKept(TableImage image, Map<String, Position> keepers) {
    return isKept(image.name(), image.file(), image.row(), keepers);
  }

  private static boolean isKept(String name, String file, long row, Map<String, Position> keepers) {
    Position keeper = name == null ? null : keepers.get(name);
    return keeper == null || keeper.equals(new Position(file, row));
  }

  private static ImageInput input(
      TableImage image,
      Set<String> filesNamedByRow,
      Map<String, String> prefixes,
      Configuration hadoop) {
    if (image.row() == TableImage.WHOLE_FILE) {
      return image.input(image.file(), hadoop);
    }
    String prefix = prefixes.get(image.file());
    return image.input(uri(image, filesNamedByRow.contains(image.file()), prefix), hadoop);
  }

  static boolean isWholeUri(String name) {
    return name.matches(WHOLE_URI);
  }

  private static String uri(TableImage image, boolean byRow, String prefix) {
    String name = image.name();
    if (name == null || name.isBlank()) {
      return prefix + "row=" + image.row();
    }
    if (isWholeUri(name)) {
      return name;
    }
    return byRow ? prefix + "row=" + image.row() + "/" + name : prefix + name;
  }
}
