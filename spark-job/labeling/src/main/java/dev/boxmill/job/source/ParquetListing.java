package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.lists.AddressColumns;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.text.Plural;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Parquet inputs, told apart by their columns. */
final class ParquetListing {

  /** For messages, the columns of addresses that are looked for first. */
  private static final List<String> URIS =
      Stream.concat(AddressColumns.NAMES.stream().limit(4), Stream.of("…")).toList();

  private static final int TASKS_PER_SLOT = 4;

  private final SparkSession spark;
  private final TableOptions options;
  private final KeptTypes kept;
  private final List<ParquetSource> sources = new ArrayList<>();
  private final Map<String, Long> tableLengths = new HashMap<>();

  /** Tables that are read by their logs, by their URIs. */
  private final Map<String, LoggedTable> logged = new HashMap<>();

  private final Optional<Dataset<Row>> labeled;
  private boolean used;

  /**
   * @param labeled rows that were labeled before: images of the same URIs are left out
   * @param before columns that those carry along
   */
  ParquetListing(
      SparkSession spark,
      TableOptions options,
      Optional<Dataset<Row>> labeled,
      KeptColumns before) {
    this.spark = spark;
    this.options = options;
    this.labeled = labeled;
    this.kept = new KeptTypes(options.keepColumns(), before);
  }

  boolean isEmpty() {
    return sources.isEmpty();
  }

  /** Columns that the label table is to carry along. */
  KeptColumns kept() {
    return kept.columns();
  }

  /** What is carried along of a list of images. */
  KeptFields keptOfList(Path list) {
    used |= options.image().isEmpty() && !options.keepColumns().isEmpty();
    return new KeptFields(options.keepColumns(), kept, Locations.uri(list));
  }

  /**
   * Called when all inputs were added.
   *
   * @throws BadInputException if an option has nothing that it applies to
   */
  void refuseUnusedOptions() {
    if (!options.isNone() && !used) {
      throw new BadInputException(
          "Invalid "
              + options.text()
              + ": the input has no "
              + (options.image().isPresent() ? "Parquet table" : "table or list")
              + " of images (leave it out, or name one)");
    }
    kept.refuseMissing();
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
          .forEach(
              (uri, rows) ->
                  tables.add(
                      ListedFile.table(
                          uri,
                          tableLengths.getOrDefault(uri, ListedFile.UNKNOWN_LENGTH),
                          rows.orElse(ListedFile.UNKNOWN_ROWS))));
    }
    return tables;
  }

  /** The images of some of the tables. */
  Optional<JavaRDD<ImageInput>> images(
      List<ListedFile> tables, int slots, Broadcast<SerializableConfiguration> hadoop) {
    return sources.stream()
        .map(source -> source.of(tables))
        .filter(chosen -> !chosen.isEmpty())
        .map(chosen -> chosen.images(slots, hadoop))
        .reduce(JavaRDD::union);
  }

  /** Those of some addresses that their rows have. */
  List<String> given(List<String> uris) {
    List<String> given = new ArrayList<>();
    sources.forEach(source -> given.addAll(source.given(uris)));
    return given;
  }

  /** Addresses of all their images. */
  JavaRDD<String> imageUris() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return sources.stream()
        .map(ParquetSource::uris)
        .reduce(JavaRDD::union)
        .orElseGet(context::emptyRDD);
  }

  long duplicates() {
    return sources.stream().mapToLong(ParquetSource::duplicates).sum();
  }

  /**
   * What the ends of files say of them; a table that is read by its log says it once, for all its
   * files.
   */
  List<TableFooter> footers(FoundFiles found, List<FileStatus> tables) {
    LoggedTables known = LoggedTables.in(found, configuration());
    Set<LoggedTable> byLog = new LinkedHashSet<>();
    List<FileStatus> plain = new ArrayList<>();
    for (FileStatus file : tables) {
      known
          .of(file.getPath())
          .filter(LoggedTable::isReadable)
          .ifPresentOrElse(byLog::add, () -> plain.add(file));
    }
    List<TableFooter> footers = new ArrayList<>(footers(plain));
    byLog.forEach(table -> footers.add(footer(found.input(), table)));
    return footers;
  }

  private TableFooter footer(String input, LoggedTable table) {
    logged.put(table.uri(), table);
    return table.footer(table.rows(input, spark).schema(), options);
  }

  private List<TableFooter> footers(List<FileStatus> tables) {
    List<String> uris = tables.stream().map(table -> Locations.uri(table.getPath())).toList();
    TableOptions asFor = options;
    if (uris.size() == 1) {
      return List.of(TableFooter.of(uris.get(0), asFor, configuration()));
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(context);
    int tasks = Math.min(uris.size(), TASKS_PER_SLOT * context.defaultParallelism());
    return uris.isEmpty()
        ? List.of()
        : context
            .parallelize(uris, tasks)
            .map(uri -> TableFooter.of(uri, asFor, hadoop.value().value()))
            .collect();
  }

  /** Whether rows become rows of the label table: they hold images, or columns to carry along. */
  boolean givesRows(List<TableFooter> footers) {
    return footers.stream().anyMatch(TableFooter::holdsImages)
        || (!options.keepColumns().isEmpty()
            && footers.stream().anyMatch(TableFooter::holdsAddresses));
  }

  /**
   * Looks whether tables have anything to label.
   *
   * @throws BadInputException if they have neither images nor addresses
   */
  void refuseWithoutColumns(FoundFiles found, List<TableFooter> footers) {
    if (footers.stream().noneMatch(TableFooter::isSound)) {
      throw notParquet(found, footers.get(0));
    }
    if (footers.stream().noneMatch(TableFooter::holdsAddresses)) {
      List<String> known = new ArrayList<>(FileColumns.BYTES);
      known.addAll(URIS);
      throw missing(found, footers, "no column of image bytes or of URIs", known);
    }
  }

  /** Adds the rows of tables; returns what it found, for the user. */
  String addImages(FoundFiles found, List<FileStatus> tables, List<TableFooter> footers) {
    if (footers.stream().noneMatch(TableFooter::isSound)) {
      throw notParquet(found, footers.get(0));
    }
    if (!givesRows(footers)) {
      throw missing(found, footers, "no column of image bytes", FileColumns.BYTES);
    }
    LoggedTables.refuse(found, tables, configuration());
    used = true;
    List<TableFooter> added = added(tables, footers);
    if (added.isEmpty()) {
      return "given before";
    }
    boolean bytes = added.stream().anyMatch(TableFooter::holdsImages);
    List<TableFooter> others =
        added.stream().filter(footer -> footer.isSound() && bytes != footer.holdsImages()).toList();
    return add(found, added.stream().filter(footer -> !others.contains(footer)).toList(), bytes)
        + othersNote(others);
  }

  private String add(FoundFiles found, List<TableFooter> footers, boolean bytes) {
    List<TableFooter> byLog =
        footers.stream().filter(footer -> logged.containsKey(footer.file())).toList();
    ImageTables tables =
        ImageTables.of(footers.stream().filter(footer -> !byLog.contains(footer)).toList());
    tables.sound().forEach(kept::add);
    byLog.forEach(kept::add);
    List<ParquetSource> added = new ArrayList<>();
    if (!tables.uris().isEmpty()) {
      added.add(scan(found.input(), tables));
    }
    byLog.forEach(footer -> added.add(scan(found.input(), rows(found.input(), footer))));
    if (added.stream().allMatch(source -> source.count() == 0)) {
      throw new BadInputException(
          "Cannot read input " + found.input() + ": its tables have no row (name one with images)");
    }
    sources.addAll(added);
    long rows = added.stream().mapToLong(ParquetSource::count).sum() - tables.damaged().size();
    return Plural.of(rows, "row")
        + (bytes ? " with image bytes" : " with images' addresses")
        + byLogNote(byLog)
        + namesNote(added)
        + damagedNote(tables.damaged());
  }

  private LoggedRows rows(String input, TableFooter footer) {
    return rows(input, footer, footer.columns().orElseThrow());
  }

  private LoggedRows rows(String input, TableFooter footer, TableColumns columns) {
    LoggedTable table = logged.get(footer.file());
    return LoggedRows.of(table, table.rows(input, spark), columns, configuration());
  }

  private String byLogNote(List<TableFooter> byLog) {
    return byLog.isEmpty()
        ? ""
        : ", by the log of "
            + byLog.stream()
                .map(footer -> logged.get(footer.file()))
                .map(table -> table.format().text() + " (" + table.uri() + ")")
                .collect(Collectors.joining(", "));
  }

  private static String namesNote(List<ParquetSource> added) {
    int files = added.stream().mapToInt(ParquetSource::filesNamedByRow).sum();
    return files == 0
        ? ""
        : " (names repeat in " + Plural.of(files, "file") + ": its images are named by row)";
  }

  /**
   * Adds those of some files that are of tables which are read by their logs; gives the others.
   *
   * @throws BadInputException if such a table can't be read
   */
  List<String> addKnownByLog(List<String> files) {
    LoggedTables tables = new LoggedTables(configuration());
    Map<LoggedTable, List<String>> byLog = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (String file : files) {
      tables
          .around(new Path(file).getParent())
          .filter(LoggedTable::isReadable)
          .ifPresentOrElse(
              table -> byLog.computeIfAbsent(table, first -> new ArrayList<>()).add(file),
              () -> others.add(file));
    }
    byLog.forEach(
        (table, own) -> {
          TableFooter footer = footer(table.uri(), table);
          kept.add(footer);
          sources.add(scan(table.uri(), rows(table.uri(), footer).only(own)));
        });
    return others;
  }

  /** Adds tables of which it is known that they give images; nothing of them may be readable. */
  void addKnown(FoundFiles found) {
    List<TableFooter> footers = footers(found.named());
    if (footers.stream().anyMatch(TableFooter::isSound)) {
      addImages(found, found.named(), footers);
      return;
    }
    List<TableFooter> added = added(found.named(), footers);
    if (!added.isEmpty()) {
      sources.add(scan(found.input(), ImageTables.of(added)));
    }
  }

  private static String damagedNote(List<TableFooter> damaged) {
    return damaged.isEmpty()
        ? ""
        : " ("
            + Plural.of(damaged.size(), "file")
            + " that can't be read as Parquet: "
            + damaged.get(0).file()
            + ", "
            + damaged.get(0).problem()
            + ")";
  }

  private static String othersNote(List<TableFooter> others) {
    return others.isEmpty()
        ? ""
        : ", "
            + Plural.of(others.size(), "table")
            + " without them left out ("
            + others.get(0).file()
            + (others.size() == 1 ? ")" : ", …)");
  }

  private static BadInputException notParquet(FoundFiles found, TableFooter footer) {
    return new BadInputException(
        "Cannot read input "
            + found.input()
            + " as Parquet: "
            + footer.problem()
            + " (name whole Parquet files)");
  }

  /** Gives the URIs of a manifest. */
  void readUris(
      FoundFiles found, List<FileStatus> tables, List<TableFooter> footers, Consumer<String> uris) {
    footers.stream()
        .filter(footer -> !footer.isSound())
        .findFirst()
        .ifPresent(
            damaged -> {
              throw notParquet(found, damaged);
            });
    if (footers.stream().noneMatch(TableFooter::holdsAddresses)) {
      throw missing(found, footers, "no column of URIs", URIS);
    }
    LoggedTables.refuse(found, tables, configuration());
    used |= options.keepColumns().isEmpty();
    for (TableFooter footer : footers) {
      if (footer.holdsAddresses() && logged.containsKey(footer.file())) {
        rows(found.input(), footer, footer.addressColumns())
            .names(spark)
            .map(row -> row.getString(0))
            .filter(Objects::nonNull)
            .toLocalIterator()
            .forEachRemaining(uris);
      } else if (footer.holdsAddresses()) {
        readUris(found, footer, uris);
      }
    }
  }

  private void readUris(FoundFiles found, TableFooter footer, Consumer<String> uris) {
    TableColumns columns = footer.addressColumns();
    for (RowGroup group : footer.groups(columns)) {
      try (GroupRows rows = GroupRows.open(group, columns.named(), configuration())) {
        for (long row = 0; row < group.rows(); row++) {
          String uri = columns.name(rows.next());
          if (uri != null) {
            uris.accept(uri);
          }
        }
      } catch (BadInputException refused) {
        throw refused;
      } catch (IOException | RuntimeException unreadable) {
        throw unreadable(found.input(), unreadable);
      }
    }
  }

  /** Those that no input gave before. */
  private List<TableFooter> added(List<FileStatus> tables, List<TableFooter> footers) {
    Map<String, Long> lengths = new HashMap<>();
    tables.forEach(table -> lengths.put(Locations.uri(table.getPath()), table.getLen()));
    return footers.stream()
        .filter(
            footer ->
                tableLengths.putIfAbsent(
                        footer.file(),
                        lengths.getOrDefault(footer.file(), ListedFile.UNKNOWN_LENGTH))
                    == null)
        .toList();
  }

  private ParquetSource scan(String input, ImageRows tables) {
    try {
      return ParquetSource.of(spark, tables);
    } catch (Exception unreadable) {
      throw unreadable(input, unreadable);
    }
  }

  private static BadInputException unreadable(String input, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    if (cause instanceof BadInputException refused) {
      return refused;
    }
    return new BadInputException(
        "Cannot read input "
            + input
            + " as Parquet: "
            + FailureReason.of(cause).lines().findFirst().orElse("")
            + " (name whole Parquet files)",
        failure);
  }

  private BadInputException missing(
      FoundFiles found, List<TableFooter> footers, String what, List<String> known) {
    FoundColumns columns =
        footers.stream().filter(TableFooter::isSound).findFirst().orElseThrow().found();
    String reason =
        options
            .image()
            .map(name -> "no column of bytes or text is named " + name)
            .orElseGet(() -> what + " by its name (known: " + String.join(", ", known) + ")");
    return new BadInputException(
        String.format(
            Locale.ROOT,
            "Cannot read input %s: %s; found columns of bytes: %s; of text: %s (name the images'"
                + " column with --image-column)",
            found.input(),
            reason,
            columns.bytes(),
            columns.texts()));
  }

  private Configuration configuration() {
    return spark.sparkContext().hadoopConfiguration();
  }
}
