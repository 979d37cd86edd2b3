package dev.boxmill.job.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * Spark for one command: as {@code spark-submit} says, or on this machine's cores when nobody says.
 * A session that runs in this process already is used, and left running.
 */
public final class BoxmillSession implements AutoCloseable {

  private static final String OFFLINE = "-Dai.djl.offline=true";

  /** A task is tried four times, as on a cluster: a store that falters costs no run. */
  private static final Map<String, String> LOCAL_SETTINGS =
      Map.of(
          "spark.master", "local[*,4]",
          "spark.ui.enabled", "false",
          "spark.driver.host", "localhost",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.executor.heartbeatInterval", "1s",
          "spark.sql.shuffle.partitions", "8",
          "spark.sql.warehouse.dir", temporary("warehouse"));

  private static final Map<String, String> ALWAYS =
      Map.of(
          "spark.sql.session.timeZone", "UTC",
          "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS",
          "spark.executorEnv.OPT_OUT_TRACKING", "true");

  private static final String TUNABLES = "spark.executorEnv.GLIBC_TUNABLES";

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
   */
  public static BoxmillSession start(List<Path> jars) {
    Option<SparkSession> running = SparkSession.getDefaultSession();
    if (running.isDefined()) {
      SparkSession spark = running.get();
      jars.forEach(jar -> spark.addArtifact(URI.create(uri(jar))));
      return new BoxmillSession(spark, false);
    }
    SparkConf settings = configuration(new SparkConf(), jars);
    return new BoxmillSession(SparkSession.builder().config(settings).getOrCreate(), true);
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
      LOCAL_SETTINGS.forEach(given::setIfMissing);
    }
    given.setIfMissing("spark.app.name", "boxmill");
    ALWAYS.forEach(given::set);
    given.setIfMissing(TUNABLES, KEEP_BLOCKS);
    given.setIfMissing(DIRECT_RESULTS, "16m");
    String options = given.get("spark.executor.extraJavaOptions", "");
    if (!options.contains(OFFLINE)) {
      given.set("spark.executor.extraJavaOptions", (options + " " + OFFLINE).strip());
    }
    addJars(given, jars);
    return given;
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
