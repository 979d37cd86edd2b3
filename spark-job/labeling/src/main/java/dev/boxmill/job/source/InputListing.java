package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.storage.Locations;
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
  private final ParquetListing parquet;
  private final FileCollection files;
  private final List<String> decisions = new ArrayList<>();
  private final List<String> roots = new ArrayList<>();

  private InputListing(SparkSession spark, Optional<Dataset<Row>> labeled) {
    this.hadoop = spark.sparkContext().hadoopConfiguration();
    this.files = new FileCollection(hadoop);
    this.parquet = new ParquetListing(spark, labeled);
  }

  /**
   * Looks at every input.
   *
   * @param labeled a label table of before, by which tables' images are known that need no label
   * @throws BadInputException if one is missing, can't be read, or holds no image
   */
  public static ListedInputs list(
      SparkSession spark, List<String> inputs, InputFormat format, Optional<Dataset<Row>> labeled) {
    InputListing listing = new InputListing(spark, labeled);
    try (listing.files) {
      for (String input : inputs) {
        listing.add(FoundFiles.of(input, listing.hadoop, listing.taking(format)), format);
      }
      return listing.listed();
    }
  }

  /** Parquet tables with image bytes, by their URIs; there may be none. */
  public static ListedInputs ofTables(SparkSession spark, List<String> tables) {
    InputListing listing = new InputListing(spark, Optional.empty());
    try (listing.files) {
      for (String table : tables) {
        FoundFiles found = FoundFiles.of(table, listing.hadoop, file -> false);
        listing.addImageTable(found, found.named());
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
    switch (format) {
      case FILES -> addFiles(found, found.named());
      case MANIFEST -> addManifests(found, found.all());
      case PARQUET -> addImageTable(found, preferring(ImageNames::isParquet, found));
      case WEBDATASET -> addArchives(found, preferring(ImageNames::isArchive, found));
      case AUTO -> addByLooks(found);
    }
  }

  /** Named files by their extensions; below a folder, the first kind of which there is any. */
  private void addByLooks(FoundFiles found) {
    List<FileStatus> rest = new ArrayList<>(found.named());
    addIfAny(found, taken(rest, ImageNames::isArchive), this::addArchives);
    addIfAny(found, taken(rest, ImageNames::isManifest), this::addManifests);
    addIfAny(found, taken(rest, ImageNames::isParquet), this::addTable);
    if (!rest.isEmpty() || found.taken().get() > 0) {
      addFiles(found, rest);
      return;
    }
    if (found.inFolders().isEmpty()) {
      return;
    }
    List<FileStatus> below = new ArrayList<>(found.inFolders());
    List<FileStatus> tars = taken(below, ImageNames::isArchive);
    List<FileStatus> tables = taken(below, ImageNames::isParquet);
    if (tars.isEmpty() && tables.isEmpty()) {
      throw noImages(found);
    }
    addIfAny(found, tars, this::addArchives);
    addIfAny(found, tars.isEmpty() ? tables : List.of(), this::addTable);
  }

  private void addFiles(FoundFiles found, List<FileStatus> named) {
    long images = named.size() + found.taken().get();
    if (images == 0) {
      throw noImages(found);
    }
    named.forEach(files::addImage);
    int others = found.inFolders().size();
    String leftOut = others == 0 ? "" : " (" + others + " other files left out)";
    decide(found, InputFormat.FILES, Plural.of(images, "image file") + leftOut);
  }

  private void addArchives(FoundFiles found, List<FileStatus> tars) {
    TreeSet<String> uris = new TreeSet<>();
    tars.forEach(tar -> uris.add(Locations.uri(tar.getPath())));
    refuseArchivesWithoutImages(found, uris);
    tars.forEach(files::addArchive);
    decide(found, InputFormat.WEBDATASET, Plural.of(uris.size(), "tar archive"));
  }

  /** Stops at the first archive that holds an image. */
  private void refuseArchivesWithoutImages(FoundFiles found, Set<String> uris) {
    LinkedHashMap<String, String> problems = new LinkedHashMap<>();
    for (String uri : uris) {
      try {
        if (TarImages.holdsImage(uri, hadoop)) {
          return;
        }
        problems.put(uri, "it holds no image");
      } catch (IOException | RuntimeException failure) {
        problems.put(uri, FailureReason.of(failure));
      }
    }
    String first = problems.entrySet().iterator().next().toString().replaceFirst("=", ": ");
    String more = problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more like it";
    throw new BadInputException(
        "Cannot read input "
            + found.input()
            + ": no image in its tar archives, "
            + first
            + more
            + " (name tar or tar.gz files with "
            + String.join(", ", ImageNames.IMAGE_EXTENSIONS)
            + " in them)");
  }

  private void addTable(FoundFiles found, List<FileStatus> tables) {
    if (parquet.holdsBytes(found, tables)) {
      addImageTable(found, tables);
    } else {
      addParquetManifest(found, tables);
    }
  }

  private void addImageTable(FoundFiles found, List<FileStatus> tables) {
    decide(found, InputFormat.PARQUET, parquet.addImages(found, tables));
  }

  private void addManifests(FoundFiles found, List<FileStatus> manifests) {
    List<FileStatus> texts = new ArrayList<>(manifests);
    addIfAny(found, taken(texts, ImageNames::isParquet), this::addParquetManifest);
    for (FileStatus text : texts) {
      Path path = text.getPath();
      try {
        long[] named = {0};
        TextManifest.read(
            path,
            hadoop,
            uri -> {
              files.addNamed(uri, path);
              named[0]++;
            });
        decideManifest(found, path, named[0]);
      } catch (IOException failure) {
        throw new BadInputException(
            "Cannot read manifest "
                + Locations.uri(path)
                + ": "
                + FailureReason.of(failure)
                + " (name a CSV or Parquet file of URIs)",
            failure);
      }
    }
  }

  private void addParquetManifest(FoundFiles found, List<FileStatus> tables) {
    Path first = tables.get(0).getPath();
    long named = parquet.readUris(found, tables, uri -> files.addNamed(uri, first));
    decideManifest(found, first, named);
  }

  private void decideManifest(FoundFiles found, Path manifest, long named) {
    if (named == 0) {
      throw new BadInputException(
          "Cannot read manifest "
              + Locations.uri(manifest)
              + ": it names no image (write one URI per line, or a CSV with a column uri)");
    }
    decide(found, InputFormat.MANIFEST, "it names " + Plural.of(named, "image"));
  }

  private ListedInputs listed() {
    return new ListedInputs(files.sorted(parquet), parquet, decisions, roots);
  }

  private void decide(FoundFiles found, InputFormat format, String what) {
    decisions.add("Input " + found.input() + ": " + format.optionValue() + ", " + what);
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
            + "; or set --input-format)");
  }
}
