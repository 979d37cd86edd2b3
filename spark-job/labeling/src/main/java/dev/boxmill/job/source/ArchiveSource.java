package dev.boxmill.job.source;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.manifest.ListedFile;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Tar archives, one task each: an archive can only be read from its start. */
final class ArchiveSource {

  private ArchiveSource() {}

  static JavaRDD<ImageInput> images(
      List<ListedFile> archives,
      JavaSparkContext context,
      Broadcast<SerializableConfiguration> hadoop,
      OmittedEntries omitted) {
    List<String> uris = archives.stream().map(ListedFile::uri).toList();
    return context
        .parallelize(uris, uris.size())
        .mapPartitions(archive -> open(archive.next(), hadoop, omitted));
  }

  private static Iterator<ImageInput> open(
      String archive, Broadcast<SerializableConfiguration> hadoop, OmittedEntries omitted)
      throws IOException {
    TaskContext task = TaskContext.get();
    return TarImages.open(
        archive,
        hadoop.value().value(),
        close -> task.addTaskCompletionListener((TaskCompletionListener) ended -> close.run()),
        entries -> omitted.add(archive, entries));
  }
}
