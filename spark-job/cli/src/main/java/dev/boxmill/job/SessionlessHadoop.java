package dev.boxmill.job;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Hadoop's settings as a Spark session would have them, before there is one. */
final class SessionlessHadoop {

  private SessionlessHadoop() {}

  static Configuration configuration() {
    return SparkHadoopUtil.get().newConfiguration(new SparkConf());
  }
}
