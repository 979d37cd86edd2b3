package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.table.ChunkStore;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Labels a chunk and commits it. */
final class ChunkLabeling {

  private static final Column IMAGE = col(LabelColumn.IMAGE_URI.columnName());
  private static final Column STATUS = col(LabelColumn.STATUS.columnName());

  private final SparkSession spark;
  private final ChunkStore store;
  private final TaskLabeling task;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LabelWriter writer;

  ChunkLabeling(
      SparkSession spark,
      ChunkStore store,
      TaskLabeling task,
      Broadcast<SerializableConfiguration> hadoop) {
    this.spark = spark;
    this.store = store;
    this.task = task;
    this.hadoop = hadoop;
    this.writer = new LabelWriter(spark);
  }

  /** Labels all images of a chunk. */
  long label(ListedInputs inputs, Chunk chunk) throws IOException {
    JavaRDD<ImageInput> images = inputs.images(chunk.files(), spark, hadoop);
    writer.writeChunk(writer.rows(images.mapPartitions(task)), store.staged(chunk.name()));
    return store.commit(chunk);
  }

  /** Labels the images of a committed chunk that failed, and replaces their rows. */
  long labelFailed(Chunk chunk) throws IOException {
    Dataset<Row> rows = writer.read(store.part(chunk.name()));
    Dataset<Row> kept = rows.where(STATUS.equalTo(LabelRows.OK));
    Set<String> failed = uris(rows.where(STATUS.equalTo(LabelRows.FAILED)));
    try (ListedInputs tables = InputListing.ofTables(spark, uris(chunk, Kind.TABLE))) {
      List<JavaRDD<ImageInput>> again = failedImages(chunk, failed, uris(kept), tables);
      if (!again.isEmpty()) {
        JavaRDD<ImageInput> images = again.stream().reduce(JavaRDD::union).orElseThrow();
        writer.writeChunk(
            kept.union(writer.rows(images.mapPartitions(task))), store.staged(chunk.name()));
        store.commit(chunk);
      }
    }
    return failed.size();
  }

  /**
   * An archive that broke off has one row under its own name; when it is whole now, all its images
   * that have no row yet are new. A file may have been repaired: its length of before says nothing.
   */
  private List<JavaRDD<ImageInput>> failedImages(
      Chunk chunk, Set<String> failed, Set<String> ok, ListedInputs tables) {
    List<ListedFile> files = new ArrayList<>();
    List<ListedFile> archives = new ArrayList<>();
    List<ListedFile> images = new ArrayList<>();
    for (ListedFile file : chunk.files()) {
      switch (file.kind()) {
        case IMAGE -> {
          if (failed.contains(file.uri())) {
            files.add(ListedFile.image(file.uri(), ListedFile.UNKNOWN_LENGTH));
          }
        }
        case ARCHIVE -> {
          if (failed.stream().anyMatch(uri -> isOf(file, uri))) {
            archives.add(file);
          }
        }
        case TABLE -> images.add(file);
      }
    }
    List<JavaRDD<ImageInput>> again = new ArrayList<>();
    if (!files.isEmpty()) {
      again.add(tables.images(files, spark, hadoop));
    }
    if (!archives.isEmpty()) {
      again.add(tables.images(archives, spark, hadoop).filter(image -> !ok.contains(image.uri())));
    }
    if (!images.isEmpty()) {
      again.add(tables.images(images, spark, hadoop).filter(image -> failed.contains(image.uri())));
    }
    return again;
  }

  private static boolean isOf(ListedFile archive, String image) {
    return image.equals(archive.uri()) || image.startsWith(archive.uri() + "!/");
  }

  private static List<String> uris(Chunk chunk, Kind kind) {
    return chunk.files().stream().filter(file -> file.kind() == kind).map(ListedFile::uri).toList();
  }

  private static Set<String> uris(Dataset<Row> rows) {
    return new HashSet<>(rows.select(IMAGE).as(Encoders.STRING()).collectAsList());
  }
}
