package dev.boxmill.job.table;

import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.LabelColumn;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Writes label rows, and reads them. */
public final class LabelWriter {

  private final SparkSession spark;

  public LabelWriter(SparkSession spark) {
    this.spark = spark;
  }

  /** Rows that tasks make. */
  public Dataset<Row> rows(JavaRDD<Row> made) {
    return spark.createDataFrame(made, LabelTable.schema());
  }

  /**
   * Runs the labelling that makes the rows, and writes them as one file, ordered by image. The
   * tasks that label leave their rows on the executors' disks; one more gathers them: if an
   * executor is lost, only its own images are labelled again.
   */
  public void writeChunk(Dataset<Row> rows, Path folder) {
    rows.repartition(1)
        .sortWithinPartitions(LabelColumn.IMAGE_URI.columnName())
        .write()
        .format(DescribedParquet.class.getName())
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .option(LabelTable.VERSION_KEY, LabelColumn.VERSION)
        .option(LabelTable.BOX_CONVENTION_KEY, LabelColumn.BOX_CONVENTION)
        .save(folder.toString());
  }

  /** Reads a table, or a file of it. */
  public Dataset<Row> read(Path table) {
    return spark.read().schema(LabelTable.schema()).parquet(Locations.literal(table));
  }
}
