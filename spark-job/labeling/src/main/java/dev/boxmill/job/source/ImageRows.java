package dev.boxmill.job.source;

import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Rows in Parquet files that hold images or name them. */
interface ImageRows {

  /** The files. */
  List<String> uris();

  /** Those of which nothing can be read; each stands for one image. */
  List<String> damagedFiles();

  /** The rows of some of the files. */
  ImageRows only(List<String> files);

  /** Name, file and number of each row, and whether its name could be read. */
  JavaRDD<Row> names(SparkSession spark);

  /**
   * All rows, and one image for each damaged file.
   *
   * @param most tasks to cut them for
   */
  JavaRDD<TableImage> rows(
      SparkSession spark, int most, Broadcast<SerializableConfiguration> hadoop);

  /** What the addresses of each file's images begin with. */
  Map<String, String> prefixes(SparkSession spark);
}
