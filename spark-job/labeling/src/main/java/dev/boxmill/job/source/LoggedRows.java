package dev.boxmill.job.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.source.TableColumns.Kept;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.FilePartition;
import org.apache.spark.sql.execution.datasources.PartitionedFile;
import org.apache.spark.util.SerializableConfiguration;
import scala.runtime.AbstractFunction1;

/**
 * The rows of a Delta or Iceberg table, through the format's own reader: never those that were
 * deleted. The table's folder stands in the place of a file's name, {@code table!/name}, so that a
 * row keeps its address when its file is rewritten. Names that repeat tell nothing apart: such
 * rows, and those without a name, are named by their file.
 */
final class LoggedRows implements ImageRows {

  private static final String FILE = "boxmill_file";
  private static final String ROW = "boxmill_row";
  private static final String NAME = "boxmill_name";
  private static final String BUCKET = "boxmill_bucket";

  private final LoggedTable table;
  private final Dataset<Row> rows;
  private final TableColumns columns;
  private final List<String> uris;
  private final Set<String> repeated;
  private final String prefix;

  private LoggedRows(
      LoggedTable table,
      Dataset<Row> rows,
      TableColumns columns,
      List<String> uris,
      Set<String> repeated,
      String prefix) {
    this.table = table;
    this.rows = rows;
    this.columns = columns;
    this.uris = uris;
    this.repeated = repeated;
    this.prefix = prefix;
  }

  /**
   * Looks at names and files of all rows.
   *
   * @param rows as the table's reader gives them
   * @param columns of the rows
   */
  static LoggedRows of(
      LoggedTable table, Dataset<Row> rows, TableColumns columns, Configuration hadoop) {
    Dataset<Row> places = rows.select(places(table, columns));
    LogFormat format = table.format();
    List<String> uris =
        places.select(FILE).distinct().as(Encoders.STRING()).collectAsList().stream()
            .map(file -> uri(format, file))
            .sorted()
            .toList();
    Set<String> repeated =
        new HashSet<>(
            places
                .where(col(NAME).isNotNull())
                .groupBy(NAME)
                .count()
                .where("count > 1")
                .select(NAME)
                .as(Encoders.STRING())
                .collectAsList());
    return new LoggedRows(table, rows, columns, uris, repeated, prefix(table.uri(), hadoop));
  }

  private static String prefix(String uri, Configuration hadoop) {
    try {
      return TarImages.prefix(uri, hadoop);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String uri(LogFormat format, String file) {
    return Locations.uri(format.file(file));
  }

  private static Column[] places(LoggedTable table, TableColumns columns) {
    return new Column[] {
      text(columns.name()).as(NAME),
      text(columns.bucket()).as(BUCKET),
      col(table.format().fileColumn()).as(FILE),
      col(table.format().rowColumn()).as(ROW)
    };
  }

  private static Column text(List<String> path) {
    return path.isEmpty() ? lit(null).cast("string") : column(path).cast("string");
  }

  private static Column column(List<String> path) {
    return col(
        path.stream()
            .map(name -> "`" + name.replace("`", "``") + "`")
            .collect(Collectors.joining(".")));
  }

  @Override
  public List<String> uris() {
    return uris;
  }

  @Override
  public List<String> damagedFiles() {
    return List.of();
  }

  @Override
  public LoggedRows only(List<String> files) {
    Set<String> chosen = Set.copyOf(files);
    return new LoggedRows(
        table, rows, columns, uris.stream().filter(chosen::contains).toList(), repeated, prefix);
  }

  @Override
  public JavaRDD<Row> names(SparkSession spark) {
    Names names = new Names(table, columns, repeated, prefix);
    Set<String> own = Set.copyOf(uris);
    Broadcast<SerializableConfiguration> hadoop = settings(spark);
    return pruned(rows.select(places(table, columns)))
        .filter(row -> own.contains(names.file(row)))
        .map(
            row ->
                RowFactory.create(
                    TableImage.withoutSignature(names.name(row, hadoop.value().value())),
                    names.file(row),
                    row.getLong(Names.ROW_FIELD),
                    true));
  }

  @Override
  public JavaRDD<TableImage> rows(
      SparkSession spark, int most, Broadcast<SerializableConfiguration> hadoop) {
    List<Column> read = new ArrayList<>(List.of(places(table, columns)));
    read.add(columns.bytes().isEmpty() ? lit(null).cast("binary") : column(columns.bytes()));
    columns.kept().forEach(kept -> read.add(kept(kept)));
    Names names = new Names(table, columns, repeated, prefix);
    Set<String> own = Set.copyOf(uris);
    int keeps = columns.kept().size();
    return pruned(rows.select(read.toArray(Column[]::new)))
        .filter(row -> own.contains(names.file(row)))
        .map(row -> image(row, names, keeps, hadoop.value().value()));
  }

  private static Column kept(Kept kept) {
    return kept.path().isEmpty() ? lit(null) : column(kept.path()).cast(kept.type());
  }

  private static TableImage image(Row row, Names names, int keeps, Configuration hadoop) {
    int first = Names.ROW_FIELD + 1;
    Object[] kept = new Object[keeps];
    for (int i = 0; i < keeps; i++) {
      kept[i] = row.get(first + 1 + i);
    }
    return TableImage.ofTable(
        names.file(row),
        row.getLong(Names.ROW_FIELD),
        names.written(row, hadoop),
        names.name(row, hadoop),
        names.base(),
        row.isNullAt(first) ? null : (byte[]) row.get(first),
        keeps == 0 ? null : RowFactory.create(kept));
  }

  @Override
  public Map<String, String> prefixes(SparkSession spark) {
    Map<String, String> prefixes = new HashMap<>();
    uris.forEach(uri -> prefixes.put(uri, prefix(uri, spark.sparkContext().hadoopConfiguration())));
    return prefixes;
  }

  private static Broadcast<SerializableConfiguration> settings(SparkSession spark) {
    return HadoopSettings.broadcast(JavaSparkContext.fromSparkContext(spark.sparkContext()));
  }

  /** Leaves out tasks that read only other files, where the reader says what its tasks read. */
  private JavaRDD<Row> pruned(Dataset<Row> chosen) {
    RDD<Row> all = chosen.javaRDD().rdd();
    Set<String> own = Set.copyOf(uris);
    Set<Integer> wanted = new HashSet<>();
    for (Partition partition : all.partitions()) {
      if (!(partition instanceof FilePartition files)
          || Stream.of(files.files()).anyMatch(file -> own.contains(uri(file)))) {
        wanted.add(partition.index());
      }
    }
    return PartitionPruningRDD.create(all, new Wanted(wanted)).toJavaRDD();
  }

  private static String uri(PartitionedFile file) {
    return Locations.uri(file.toPath());
  }

  /** Partitions by their numbers. */
  private static final class Wanted extends AbstractFunction1<Object, Object>
      implements Serializable {

    private static final long serialVersionUID = 1;

    private final Set<Integer> numbers;

    Wanted(Set<Integer> numbers) {
      this.numbers = numbers;
    }

    @Override
    public Object apply(Object number) {
      return numbers.contains((Integer) number);
    }
  }

  /** What tasks need to name a row. */
  private static final class Names implements Serializable {

    private static final long serialVersionUID = 1;

    static final int ROW_FIELD = 3;
    private static final int FILE_FIELD = 2;

    private final LogFormat format;
    private final TableColumns columns;
    private final HashSet<String> repeated;
    private final String prefix;
    private final String base;

    Names(LoggedTable table, TableColumns columns, Set<String> repeated, String prefix) {
      this.format = table.format();
      this.columns = columns;
      this.repeated = new HashSet<>(repeated);
      this.prefix = prefix;
      this.base = Locations.uri(new Path(table.folder(), "table"));
    }

    /** A file in the table's folder, where relative addresses start. */
    String base() {
      return base;
    }

    String file(Row row) {
      return uri(format, row.getString(FILE_FIELD));
    }

    /** As it stands in the table; null if it has none, or is no image's. */
    String written(Row row, Configuration hadoop) {
      String text = row.getString(0);
      if (text == null || text.isBlank()) {
        return null;
      }
      String name = columns.bucket().isEmpty() ? text : TableColumns.object(row.getString(1), text);
      return name == null || !columns.holdsAddresses()
          ? name
          : TableAddresses.of(name, base, hadoop).whole();
    }

    /** Of the whole table, where it tells rows apart. */
    String name(Row row, Configuration hadoop) {
      String written = written(row, hadoop);
      return written == null
              || repeated.contains(row.getString(0))
              || ParquetSource.isWholeUri(written)
          ? written
          : prefix + written;
    }
  }
}
