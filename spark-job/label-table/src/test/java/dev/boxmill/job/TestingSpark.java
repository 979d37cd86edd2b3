package dev.boxmill.job;

import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** One Spark session for all tests of a JVM, with the settings of a local run on two slots. */
public final class TestingSpark {

  private static final SparkSession SPARK = start();

  private TestingSpark() {}

  public static SparkSession session() {
    return SPARK;
  }

  /** A local file as the label table names it. */
  public static String uri(Path file) {
    return "file://" + file.toAbsolutePath();
  }

  private static SparkSession start() {
    SparkConf settings =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("test")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "localhost")
            .set("spark.driver.bindAddress", "127.0.0.1")
            .set("spark.sql.shuffle.partitions", "2")
            .set("spark.executor.heartbeatInterval", "1s")
            .set("spark.sql.session.timeZone", "UTC")
            .set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
            .set("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/warehouse");
    return SparkSession.builder().config(settings).getOrCreate();
  }
}
