package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * Spark for one command: as {@code spark-submit} says, or on this machine's cores when nobody says.
 * A session that runs in this process already is used, and left running.
 */
public final class BoxmillSession implements AutoCloseable {

  /** System property: the cores of a run on this machine; all without it. */
  public static final String THREADS = "boxmill.threads";

  private static final String OFFLINE = "-Dai.djl.offline=true";

  /** A task is tried four times, as on a cluster: a store that falters costs no run. */
  private static final Map<String, String> LOCAL_SETTINGS =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.driver.host", "localhost",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.executor.heartbeatInterval", "1s",
          "spark.sql.shuffle.partitions", "8",
          "spark.sql.warehouse.dir", temporary("warehouse"));

  /**
   * Set against what a cluster says: Kryo can't read records, a part of a table is no chunk, and a
   * damaged file must not be left out in silence.
   */
  private static final Map<String, String> ALWAYS =
      Map.of(
          "spark.serializer", "org.apache.spark.serializer.JavaSerializer",
          "spark.sql.session.timeZone", "UTC",
          "spark.sql.timestampType", "TIMESTAMP_LTZ",
          "spark.sql.datetime.java8API.enabled", "false",
          "spark.sql.files.ignoreCorruptFiles", "false",
          "spark.sql.files.ignoreMissingFiles", "false",
          "spark.sql.files.maxRecordsPerFile", "0",
          "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS",
          "spark.sql.parquet.writeLegacyFormat", "false",
          "spark.executorEnv.OPT_OUT_TRACKING", "true");

  private static final String TUNABLES = "spark.executorEnv.GLIBC_TUNABLES";

  /** fp32 on a GPU is float32, not TensorFloat-32 of 10 bits. As in ./boxmill. */
  private static final String TENSOR_FLOAT = "spark.executorEnv.NVIDIA_TF32_OVERRIDE";

  /** Java reads file names in the locale's encoding. As in ./boxmill. */
  private static final String LOCALE = "spark.executorEnv.LC_ALL";

  private static final String TORCH = "BOXMILL_TORCH";

  /**
   * For feature maps, blocks of many megabytes that come and go: huge pages where the system offers
   * them, and no block goes back to the system from one image to the next. One arena for all
   * threads: a thread's own consists of pieces of 64 MiB that are unmapped whenever they are empty,
   * so that maps of 27 MB are paged in again for every image. As in ./boxmill.
   */
  private static final String KEEP_BLOCKS =
      "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824"
          + ":glibc.malloc.trim_threshold=2147483648:glibc.malloc.arena_max=1";

  /** A gradient of a training, 2.5 MB, goes straight to the driver. */
  private static final String DIRECT_RESULTS = "spark.task.maxDirectResultSize";

  private static final String DELTA = "io.delta.sql.DeltaSparkSessionExtension";

  private static final String EXTENSIONS = "spark.sql.extensions";

  private final SparkSession spark;
  private final boolean ours;

  private BoxmillSession(SparkSession spark, boolean ours) {
    this.spark = spark;
    this.ours = ours;
  }

  /**
   * Starts Spark, or joins it.
   *
   * @param jars plugins that driver and executors are to see
   * @throws BadInputException if the user that runs this has no name, which Hadoop needs
   */
  public static BoxmillSession start(List<Path> jars) {
    Option<SparkSession> running = SparkSession.getDefaultSession();
    if (running.isDefined()) {
      SparkSession spark = running.get();
      jars.forEach(jar -> spark.addArtifact(URI.create(uri(jar))));
      return new BoxmillSession(spark, false);
    }
    refuseNameless(System.getProperty("user.name"));
    SparkLog.settle();
    SparkConf settings = configuration(new SparkConf(), jars);
    return new BoxmillSession(SparkSession.builder().config(settings).getOrCreate(), true);
  }

  /** As in a container that runs under a number of the cluster's choice. */
  static void refuseNameless(String user) {
    if (user == null || user.isBlank() || user.equals("?")) {
      throw new BadInputException(
          "Cannot start Spark: the user that runs this has no name (add a line for the number that"
              + " 'id -u' prints to /etc/passwd, as the entry point of Spark's images does)");
    }
  }

  /** Where Spark runs or will run, if somebody has said so. */
  public static Optional<String> master() {
    Option<SparkSession> running = SparkSession.getDefaultSession();
    return running.isDefined()
        ? Optional.of(running.get().sparkContext().master())
        : Optional.ofNullable(System.getProperty("spark.master"));
  }

  public SparkSession spark() {
    return spark;
  }

  @Override
  public void close() {
    if (ours) {
      spark.stop();
    }
  }

  static SparkConf configuration(SparkConf given, List<Path> jars) {
    if (!given.contains("spark.master")) {
      given.set("spark.master", "local[" + System.getProperty(THREADS, "*") + ",4]");
      LOCAL_SETTINGS.forEach(given::setIfMissing);
    }
    given.setIfMissing("spark.app.name", "boxmill");
    ALWAYS.forEach(given::set);
    given.setIfMissing(TUNABLES, KEEP_BLOCKS);
    given.setIfMissing(TENSOR_FLOAT, "0");
    given.setIfMissing(LOCALE, "C.UTF-8");
    if (System.getenv(TORCH) != null) {
      given.setIfMissing("spark.executorEnv." + TORCH, System.getenv(TORCH));
    }
    given.setIfMissing(DIRECT_RESULTS, "16m");
    addDelta(given);
    String options = given.get("spark.executor.extraJavaOptions", "");
    if (!options.contains(OFFLINE)) {
      given.set("spark.executor.extraJavaOptions", (options + " " + OFFLINE).strip());
    }
    addJars(given, jars);
    return given;
  }

  /** Delta's reader asks for both settings; its jar alone shows that it is wanted. */
  private static void addDelta(SparkConf given) {
    try {
      Class.forName(DELTA, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException | LinkageError missing) {
      return;
    }
    String before = given.get(EXTENSIONS, "");
    if (!List.of(before.split(",")).contains(DELTA)) {
      given.set(EXTENSIONS, before.isBlank() ? DELTA : before + "," + DELTA);
    }
    given.setIfMissing(
        "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
  }

  private static void addJars(SparkConf given, List<Path> jars) {
    if (jars.isEmpty()) {
      return;
    }
    List<String> all = new ArrayList<>();
    String before = given.get("spark.jars", "");
    if (!before.isBlank()) {
      all.add(before);
    }
    jars.forEach(jar -> all.add(uri(jar)));
    given.set("spark.jars", String.join(",", all));
  }

  private static String uri(Path jar) {
    return jar.toAbsolutePath().toUri().toString();
  }

  private static String temporary(String name) {
    return Path.of(System.getProperty("java.io.tmpdir"), "boxmill-" + name).toString();
  }
}
