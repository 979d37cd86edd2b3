package dev.boxmill.job.table;

import org.apache.hadoop.mapreduce.Job;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Map;

/**
 * Spark's Parquet, whose files say in their key-value metadata that they are a label table and
 * where its boxes are. Reading needs nothing but Parquet.
 */
public final class LabelParquet extends ParquetFileFormat {

  private static final long serialVersionUID = 1;

  @Override
  public OutputWriterFactory prepareWrite(
      SparkSession spark, Job job, Map<String, String> options, StructType schema) {
    OutputWriterFactory writers = super.prepareWrite(spark, job, options, schema);
    ParquetOutputFormat.setWriteSupportClass(job, LabelWriteSupport.class);
    return writers;
  }
}
