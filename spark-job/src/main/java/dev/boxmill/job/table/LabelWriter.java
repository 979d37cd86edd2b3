package dev.boxmill.job.table;

import dev.boxmill.job.source.Locations;
import dev.boxmill.schemas.LabelColumn;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Writes label rows: first as they come, a small file per task, each chunk committed whole; then
 * all chunks as the table, ordered by image in files of a sensible size.
 */
public final class LabelWriter {

  private static final long ROWS_PER_FILE = 100_000;

  private final SparkSession spark;

  public LabelWriter(SparkSession spark) {
    this.spark = spark;
  }

  /** Runs the labelling that makes the rows, and writes them. */
  public void writeChunk(JavaRDD<Row> rows, Path chunk) {
    write(spark.createDataFrame(rows, LabelTable.schema()), chunk);
  }

  /** Reads a chunk or a table. */
  public Dataset<Row> read(Path table) {
    return spark.read().schema(LabelTable.schema()).parquet(Locations.literal(table));
  }

  /** Writes the table from its chunks. */
  public void writeTable(Dataset<Row> chunks, long rows, Path table) {
    int files = (int) Math.max(1, (rows + ROWS_PER_FILE - 1) / ROWS_PER_FILE);
    String order = LabelColumn.IMAGE_URI.columnName();
    Dataset<Row> cut =
        files == 1 ? chunks.coalesce(1) : chunks.repartitionByRange(files, functions.col(order));
    write(cut.sortWithinPartitions(order), table);
  }

  private static void write(Dataset<Row> rows, Path folder) {
    rows.write().mode(SaveMode.Append).option("compression", "zstd").parquet(folder.toString());
  }
}
