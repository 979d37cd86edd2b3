package dev.boxmill.job.source;

import dev.boxmill.job.session.ImageInput;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Tar archives, one task each: an archive can only be read from its start. */
record ArchiveSource(List<String> archives) implements ImageSource {

  ArchiveSource {
    archives = List.copyOf(archives);
  }

  @Override
  public OptionalLong count() {
    return OptionalLong.empty();
  }

  @Override
  public JavaRDD<ImageInput> images(SparkSession spark, int slots) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(context);
    return context
        .parallelize(archives, archives.size())
        .mapPartitions(archive -> open(archive.next(), hadoop));
  }

  private static Iterator<ImageInput> open(
      String archive, Broadcast<SerializableConfiguration> hadoop) throws IOException {
    TaskContext task = TaskContext.get();
    return TarImages.open(
        archive,
        hadoop.value().value(),
        close -> task.addTaskCompletionListener((TaskCompletionListener) ended -> close.run()));
  }
}
