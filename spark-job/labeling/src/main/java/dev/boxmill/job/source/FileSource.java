package dev.boxmill.job.source;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.FileLines;
import dev.boxmill.job.manifest.ListedFile;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/** Image files, each read by the task that labels it. */
final class FileSource {

  private static final int MIN_IMAGES_PER_TASK = 32;
  private static final int MAX_IMAGES_PER_TASK = 256;
  private static final int TASKS_PER_SLOT = 4;

  private FileSource() {}

  /**
   * The images, cut for a cluster that runs so many tasks at once. Files travel as text: a cluster
   * whose serializer is Kryo can't read records.
   */
  static JavaRDD<ImageInput> images(
      List<ListedFile> files,
      int slots,
      JavaSparkContext context,
      Broadcast<SerializableConfiguration> hadoop) {
    List<String> lines = files.stream().map(FileLines::signedLine).toList();
    return context
        .parallelize(lines, tasks(lines.size(), slots))
        .map(line -> input(FileLines.parse(line.substring(0, line.length() - 1)), hadoop));
  }

  private static ImageInput input(ListedFile file, Broadcast<SerializableConfiguration> hadoop) {
    FileContent content = new FileContent(file, hadoop.value().value());
    Optional<Row> kept =
        Optional.of(file.kept()).filter(text -> !text.isEmpty()).map(KeptFields::row);
    return new ImageInput(file.uri(), content, Optional.empty(), kept);
  }

  /**
   * Every slot gets work, even if that makes small tasks; beyond that, tasks hold 32 to 256 images:
   * enough to fill batches, few enough to share the load and to lose little with one.
   */
  static int tasks(int images, int slots) {
    if (images <= slots * MIN_IMAGES_PER_TASK) {
      return Math.max(1, Math.min(images, slots));
    }
    int share = ceilDiv(images, slots * TASKS_PER_SLOT);
    int perTask = Math.min(MAX_IMAGES_PER_TASK, Math.max(MIN_IMAGES_PER_TASK, share));
    return ceilDiv(images, perTask);
  }

  private static int ceilDiv(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
