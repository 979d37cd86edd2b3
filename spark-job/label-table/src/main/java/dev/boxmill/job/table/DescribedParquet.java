package dev.boxmill.job.table;

import org.apache.hadoop.mapreduce.Job;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Map;

/**
 * Spark's Parquet, whose files keep in their key-value metadata the options of their write that
 * begin with {@link #PREFIX}: what table they are of. Reading needs nothing but Parquet.
 */
public final class DescribedParquet extends ParquetFileFormat {

  static final String PREFIX = "boxmill.";

  /** What the table's types depend on, whatever the session says. */
  private static final java.util.Map<String, String> ALWAYS =
      java.util.Map.of(
          "spark.sql.parquet.writeLegacyFormat", "false",
          "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");

  private static final long serialVersionUID = 1;

  @Override
  public OutputWriterFactory prepareWrite(
      SparkSession spark, Job job, Map<String, String> options, StructType schema) {
    OutputWriterFactory writers = super.prepareWrite(spark, job, options, schema);
    ParquetOutputFormat.setWriteSupportClass(job, DescribedWriteSupport.class);
    ALWAYS.forEach(job.getConfiguration()::set);
    return writers;
  }
}
