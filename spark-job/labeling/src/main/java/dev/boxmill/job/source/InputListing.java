package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.lists.ImageList;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.text.Plural;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Finds the images that the user's inputs stand for; runs on the driver. */
public final class InputListing {

  private final Configuration hadoop;
  private final OmittedEntries omitted;
  private final ParquetListing parquet;
  private final FileCollection files;
  private final List<String> decisions = new ArrayList<>();
  private final List<String> roots = new ArrayList<>();
  private boolean denied;

  private InputListing(
      SparkSession spark,
      TableOptions options,
      Optional<Dataset<Row>> labeled,
      KeptColumns before) {
    this.hadoop = spark.sparkContext().hadoopConfiguration();
    this.omitted = new OmittedEntries(spark.sparkContext());
    this.files = new FileCollection(hadoop);
    this.parquet = new ParquetListing(spark, options, labeled, before);
  }

  /**
   * Looks at every input.
   *
   * @param labeled a label table of before, by which tables' images are known that need no label
   * @throws BadInputException if one is missing, can't be read, or holds no image
   */
  public static ListedInputs list(
      SparkSession spark, List<String> inputs, InputFormat format, Optional<Dataset<Row>> labeled) {
    return list(spark, inputs, format, TableOptions.NONE, labeled, KeptColumns.NONE);
  }

  /**
   * The same.
   *
   * @param options what the user says of tables
   * @param before columns that the label table of before carries along
   */
  public static ListedInputs list(
      SparkSession spark,
      List<String> inputs,
      InputFormat format,
      TableOptions options,
      Optional<Dataset<Row>> labeled,
      KeptColumns before) {
    InputListing listing = new InputListing(spark, options, labeled, before);
    try (listing.files) {
      for (String input : inputs) {
        listing.add(FoundFiles.of(input, listing.hadoop, listing.taking(format)), format);
      }
      listing.parquet.refuseUnusedOptions();
      return listing.listed();
    }
  }

  /**
   * Parquet tables that give images, by their URIs; there may be none.
   *
   * @param options as when they were labeled
   * @param kept columns that their label table carries along
   */
  public static ListedInputs ofTables(
      SparkSession spark, List<String> tables, TableOptions options, KeptColumns kept) {
    InputListing listing = new InputListing(spark, options, Optional.empty(), kept);
    try (listing.files) {
      for (String table : listing.parquet.addKnownByLog(tables)) {
        FoundFiles found = FoundFiles.of(table, listing.hadoop, file -> false);
        listing.parquet.addKnown(found);
      }
      return listing.listed();
    }
  }

  /** Where images are looked for, they need not wait for the rest of the folder. */
  private Predicate<FileStatus> taking(InputFormat format) {
    return switch (format) {
      case AUTO, FILES -> this::takeImage;
      case MANIFEST, PARQUET, WEBDATASET -> file -> false;
    };
  }

  private boolean takeImage(FileStatus file) {
    if (!ImageNames.isImage(file.getPath().getName())) {
      return false;
    }
    files.addImage(file);
    return true;
  }

  private void add(FoundFiles found, InputFormat format) {
    roots.addAll(found.roots());
    denied |= found.leftOut().hasDenied();
    switch (format) {
      case FILES -> addFiles(found, found.named());
      case MANIFEST -> addManifests(found, found.all());
      case PARQUET -> addImageTables(found, preferring(ImageNames::isParquet, found));
      case WEBDATASET -> addArchives(found, preferring(ImageNames::isArchive, found));
      case AUTO -> addByLooks(found);
    }
  }

  /** Named files by their extensions; below a folder, whatever holds images. */
  private void addByLooks(FoundFiles found) {
    List<FileStatus> rest = new ArrayList<>(found.named());
    addIfAny(found, taken(rest, ImageNames::isArchive), this::addArchives);
    addIfAny(found, taken(rest, ImageNames::isOtherArchive), this::addArchives);
    addIfAny(found, taken(rest, ImageNames::isManifest), this::addManifests);
    addIfAny(found, taken(rest, ImageNames::isParquet), this::addTables);
    List<FileStatus> below = new ArrayList<>(found.inFolders());
    if (!rest.isEmpty() || found.taken().get() > 0) {
      addTablesBeside(found, below);
      addFiles(found, rest, below);
    } else if (!below.isEmpty()) {
      addHolders(found, below);
    }
  }

  /** Archives and tables, below a folder without image files. */
  private void addHolders(FoundFiles found, List<FileStatus> below) {
    List<FileStatus> tars = taken(below, ImageNames::isArchive);
    if (!tars.isEmpty()) {
      addArchives(found, tars, addTablesBeside(found, below));
      return;
    }
    List<FileStatus> tables = taken(below, ImageNames::isParquet);
    if (tables.isEmpty()) {
      throw noImages(found);
    }
    addTables(found, tables);
  }

  /** Beside tables of images, archives may hold what they like. */
  private void addArchives(FoundFiles found, List<FileStatus> tars, boolean besideTables) {
    if (besideTables && archivesWithoutImages(found, uris(tars)).isPresent()) {
      String what = Plural.of(tars.size(), "tar archive") + " without images left out";
      decide(found, InputFormat.WEBDATASET, what);
    } else {
      addArchives(found, tars);
    }
  }

  /**
   * Takes tables of images out of what lies beside others: one picture hides no data set.
   *
   * @return whether there were any
   */
  private boolean addTablesBeside(FoundFiles found, List<FileStatus> below) {
    List<FileStatus> tables = new ArrayList<>(below);
    tables.removeIf(file -> !ImageNames.isParquet(file.getPath().getName()));
    List<TableFooter> footers = tables.isEmpty() ? List.of() : parquet.footers(found, tables);
    boolean holdImages = footers.stream().anyMatch(TableFooter::holdsImages);
    if (holdImages) {
      below.removeIf(file -> ImageNames.isParquet(file.getPath().getName()));
      decide(found, InputFormat.PARQUET, parquet.addImages(found, tables, footers));
    }
    return holdImages;
  }

  private void addFiles(FoundFiles found, List<FileStatus> named) {
    addFiles(found, named, found.inFolders());
  }

  private void addFiles(FoundFiles found, List<FileStatus> named, List<FileStatus> others) {
    long images = named.size() + found.taken().get();
    if (images == 0) {
      throw noImages(found);
    }
    named.forEach(files::addImage);
    String leftOut =
        others.isEmpty() ? "" : " (" + FoundFiles.leftOut(others) + archives(others) + ")";
    decide(found, InputFormat.FILES, Plural.of(images, "image file") + leftOut);
  }

  /** What is in archives beside image files, only reading them would tell. */
  private static String archives(List<FileStatus> others) {
    long tars =
        others.stream().filter(file -> ImageNames.isArchive(file.getPath().getName())).count();
    return tars == 0
        ? ""
        : ", "
            + Plural.of(tars, "tar archive")
            + " among them: --input-format webdataset takes those";
  }

  private void addArchives(FoundFiles found, List<FileStatus> tars) {
    Set<String> uris = uris(tars);
    archivesWithoutImages(found, uris)
        .ifPresent(
            refusal -> {
              throw refusal;
            });
    tars.forEach(files::addArchive);
    decide(found, InputFormat.WEBDATASET, Plural.of(uris.size(), "tar archive"));
  }

  private static Set<String> uris(List<FileStatus> tars) {
    Set<String> uris = new TreeSet<>();
    tars.forEach(tar -> uris.add(Locations.uri(tar.getPath())));
    return uris;
  }

  /** Stops at the first archive that holds an image; the refusal if none does. */
  private Optional<BadInputException> archivesWithoutImages(FoundFiles found, Set<String> uris) {
    LinkedHashMap<String, String> problems = new LinkedHashMap<>();
    for (String uri : uris) {
      try {
        if (TarImages.holdsImage(uri, hadoop)) {
          return Optional.empty();
        }
        problems.put(uri, "it holds no image");
      } catch (IOException | RuntimeException failure) {
        problems.put(uri, FailureReason.of(failure));
      }
    }
    String first = problems.entrySet().iterator().next().toString().replaceFirst("=", ": ");
    String more = problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more like it";
    return Optional.of(
        new BadInputException(
            "Cannot read input "
                + found.input()
                + ": no image in its tar archives, "
                + first
                + more
                + " (name tar files, compressed or not, with "
                + String.join(", ", ImageNames.IMAGE_EXTENSIONS)
                + " in them)"));
  }

  private void addTables(FoundFiles found, List<FileStatus> tables) {
    List<TableFooter> footers = parquet.footers(found, tables);
    if (parquet.givesRows(footers)) {
      decide(found, InputFormat.PARQUET, parquet.addImages(found, tables, footers));
    } else {
      parquet.refuseWithoutColumns(found, footers);
      addParquetManifest(found, tables, footers);
    }
  }

  private void addImageTables(FoundFiles found, List<FileStatus> tables) {
    List<TableFooter> footers = parquet.footers(found, tables);
    decide(found, InputFormat.PARQUET, parquet.addImages(found, tables, footers));
  }

  private void addManifests(FoundFiles found, List<FileStatus> manifests) {
    List<FileStatus> texts = new ArrayList<>(manifests);
    addIfAny(found, taken(texts, ImageNames::isParquet), this::addParquetManifest);
    for (FileStatus text : texts) {
      Path path = text.getPath();
      try {
        NamedImages named = new NamedImages(files, path, parquet.keptOfList(path));
        ImageList.read(path, hadoop, named);
        decideManifest(found, path, named);
      } catch (IOException failure) {
        throw new BadInputException(
            "Cannot read manifest "
                + Locations.uri(path)
                + ": "
                + FailureReason.of(failure)
                + " (name a text, CSV, JSON or Parquet file of URIs)",
            failure);
      }
    }
  }

  private void addParquetManifest(FoundFiles found, List<FileStatus> tables) {
    addParquetManifest(found, tables, parquet.footers(found, tables));
  }

  private void addParquetManifest(
      FoundFiles found, List<FileStatus> tables, List<TableFooter> footers) {
    Path first = tables.get(0).getPath();
    NamedImages named = new NamedImages(files, first, KeptFields.NOTHING);
    parquet.readUris(found, tables, footers, named::add);
    decideManifest(found, first, named);
  }

  private void decideManifest(FoundFiles found, Path manifest, NamedImages named) {
    named.refuseIfAllUnreadable();
    if (named.count() == 0) {
      throw new BadInputException(
          "Cannot read manifest "
              + Locations.uri(manifest)
              + ": it names no image"
              + named.leftOut()
              + " (write one URI per line, or a CSV with a column uri)");
    }
    decide(found, InputFormat.MANIFEST, "it names " + named.note());
  }

  private ListedInputs listed() {
    return new ListedInputs(files.sorted(parquet), parquet, decisions, roots, denied, omitted);
  }

  private void decide(FoundFiles found, InputFormat format, String what) {
    String note = found.leftOut().takeNote();
    decisions.add("Input " + found.input() + ": " + format.optionValue() + ", " + what + note);
  }

  private static List<FileStatus> preferring(Predicate<String> looks, FoundFiles found) {
    List<FileStatus> preferred = taken(new ArrayList<>(found.all()), looks);
    preferred.addAll(found.named().stream().filter(file -> !preferred.contains(file)).toList());
    return preferred.isEmpty() ? found.all() : preferred;
  }

  /** Takes the files that look so out of the list. */
  private static List<FileStatus> taken(List<FileStatus> files, Predicate<String> looks) {
    List<FileStatus> taken = new ArrayList<>();
    files.removeIf(file -> looks.test(file.getPath().getName()) && taken.add(file));
    return taken;
  }

  private interface Addition {
    void add(FoundFiles found, List<FileStatus> files);
  }

  private static void addIfAny(FoundFiles found, List<FileStatus> files, Addition addition) {
    if (!files.isEmpty()) {
      addition.add(found, files);
    }
  }

  private static BadInputException noImages(FoundFiles found) {
    return new BadInputException(
        "Cannot read input "
            + found.input()
            + ": nothing in it looks like an image (found: "
            + found.extensionsInFolders()
            + "; known: "
            + String.join(", ", ImageNames.IMAGE_EXTENSIONS)
            + "; convert others, or set --input-format)");
  }
}
