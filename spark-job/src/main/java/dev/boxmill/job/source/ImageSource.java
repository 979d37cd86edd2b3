package dev.boxmill.job.source;

import dev.boxmill.job.session.ImageInput;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** Images of one kind that the driver has found, and how tasks get them. */
interface ImageSource {

  /** How many images it gives; empty if only reading them all can tell. */
  OptionalLong count();

  /** The images, cut for a cluster that runs so many tasks at once. */
  JavaRDD<ImageInput> images(SparkSession spark, int slots);
}
