package dev.boxmill.job.source;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.table.KeptColumns;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** All images of a run, found but not read. */
public final class ListedInputs implements Closeable {

  private final SortedFiles files;
  private final ParquetListing tables;
  private final List<String> decisions;
  private final List<String> roots;
  private final boolean denied;
  private final OmittedEntries omitted;

  /**
   * @param denied whether a folder was left out that may hold images
   */
  ListedInputs(
      SortedFiles files,
      ParquetListing tables,
      List<String> decisions,
      List<String> roots,
      boolean denied,
      OmittedEntries omitted) {
    this.denied = denied;
    this.files = files;
    this.tables = tables;
    this.decisions = List.copyOf(decisions);
    this.roots = List.copyOf(roots);
    this.omitted = omitted;
  }

  /** The files that hold the images. */
  public SortedFiles files() {
    return files;
  }

  /** What each input was taken for, one line each, for the user. */
  public List<String> decisions() {
    return decisions;
  }

  /** Columns of tables that the label table is to carry along. */
  public KeptColumns kept() {
    return tables.kept();
  }

  /** Whether a folder below the inputs may not be read: images in it may be there or not. */
  public boolean denied() {
    return denied;
  }

  /** What was left out of the archives that were read until then, one line for each reason. */
  public List<String> omissions() {
    return omitted.notes();
  }

  /** URIs of the files and folders that the user's inputs stand for. */
  public List<String> roots() {
    return roots;
  }

  /**
   * The images of some of the files, each once; their bytes are read when a task asks for them.
   *
   * @param chosen at least one
   * @param hadoop from {@link HadoopSettings#broadcast}
   */
  public JavaRDD<ImageInput> images(
      List<ListedFile> chosen, SparkSession spark, Broadcast<SerializableConfiguration> hadoop) {
    int slots = spark.sparkContext().defaultParallelism();
    return images(chosen, slots, slots, spark, hadoop);
  }

  /** Those of some addresses that rows of the tables have, labeled before or not. */
  public List<String> givenByTables(List<String> uris) {
    return tables.given(uris);
  }

  /** Addresses of all images that the tables give. */
  public JavaRDD<String> tableImages() {
    return tables.imageUris();
  }

  /**
   * The same for a first look at some images of each task: a table is not cut finer than Spark
   * reads it, which would send all its bytes around.
   */
  public JavaRDD<ImageInput> sample(
      List<ListedFile> chosen, SparkSession spark, Broadcast<SerializableConfiguration> hadoop) {
    return images(chosen, spark.sparkContext().defaultParallelism(), 1, spark, hadoop);
  }

  private JavaRDD<ImageInput> images(
      List<ListedFile> chosen,
      int slots,
      int tableSlots,
      SparkSession spark,
      Broadcast<SerializableConfiguration> hadoop) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Map<ListedFile.Kind, List<ListedFile>> kinds =
        chosen.stream().collect(Collectors.groupingBy(ListedFile::kind));
    List<JavaRDD<ImageInput>> parts = new ArrayList<>();
    kinds.forEach(
        (kind, files) -> {
          switch (kind) {
            case IMAGE -> parts.add(FileSource.images(files, slots, context, hadoop));
            case ARCHIVE -> parts.add(ArchiveSource.images(files, context, hadoop, omitted));
            case TABLE -> tables.images(files, tableSlots, hadoop).ifPresent(parts::add);
          }
        });
    return parts.stream().reduce(JavaRDD::union).orElseThrow();
  }

  /** How many tasks those files make on a cluster that runs so many at once. */
  public static int tasks(List<ListedFile> chosen, int slots) {
    long archives = chosen.stream().filter(file -> file.images().isEmpty()).count();
    long images =
        chosen.stream().filter(file -> file.images().isPresent()).mapToLong(ListedFile::rows).sum();
    int most = (int) Math.min(images, Integer.MAX_VALUE / 2);
    return (int) archives + (most == 0 ? 0 : FileSource.tasks(most, slots));
  }

  @Override
  public void close() {
    files.close();
  }
}
