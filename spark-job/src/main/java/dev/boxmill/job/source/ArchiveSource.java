package dev.boxmill.job.source;

import dev.boxmill.job.session.ImageInput;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

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
        .flatMap(archive -> TarImages.open(archive, hadoop.value().value()));
  }
}
