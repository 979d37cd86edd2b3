package dev.boxmill.job.table;

import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.LabelColumn;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.encoders.RowEncoder;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Writes label rows, and reads them, the same in every session: what a session's settings would
 * change is set here for each write and read.
 */
public final class LabelWriter {

  private final SparkSession spark;
  private final StructType schema;

  /** Of the contract's columns alone. */
  public LabelWriter(SparkSession spark) {
    this(spark, KeptColumns.NONE);
  }

  public LabelWriter(SparkSession spark, KeptColumns kept) {
    this.spark = spark;
    this.schema = kept.schema();
  }

  /** Rows that tasks make. */
  public Dataset<Row> rows(JavaRDD<Row> made) {
    return spark.createDataset(made.rdd(), encoder(schema)).select(described(schema));
  }

  /** An encoder leaves the columns' metadata out, which the table's files must have. */
  private static Column[] described(StructType schema) {
    return Arrays.stream(schema.fields())
        .map(field -> functions.col(field.name()).as(field.name(), field.metadata()))
        .toArray(Column[]::new);
  }

  /** Takes timestamps of both Java's classes, whichever the session would want. */
  public static Encoder<Row> encoder(StructType schema) {
    return RowEncoder.encoderFor(schema, true);
  }

  /**
   * Runs the labeling that makes the rows, and writes them as one file, ordered by image. The tasks
   * that label leave their rows on the executors' disks; one more gathers them: if an executor is
   * lost, only its own images are labeled again.
   */
  public void writeChunk(Dataset<Row> rows, Path folder) {
    rows.repartition(1)
        .sortWithinPartitions(LabelColumn.IMAGE_URI.columnName())
        .write()
        .format(DescribedParquet.class.getName())
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .option("maxRecordsPerFile", 0)
        .option(LabelTable.VERSION_KEY, LabelColumn.VERSION)
        .option(LabelTable.BOX_CONVENTION_KEY, LabelColumn.BOX_CONVENTION)
        .save(folder.toString());
  }

  /** Reads a table, or a file of it. A damaged file is a failure, never left out. */
  public Dataset<Row> read(Path table) {
    return TableCheck.reader(spark).schema(schema).parquet(Locations.literal(table));
  }
}
