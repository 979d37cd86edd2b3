package dev.boxmill.job.run;

import static org.apache.spark.sql.functions.col;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.ChunkStore;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** Labels a chunk and commits it. */
final class ChunkLabeling {

  private static final Column IMAGE = col(LabelColumn.IMAGE_URI.columnName());
  private static final Column STATUS = col(LabelColumn.STATUS.columnName());

  private final SparkSession spark;
  private final ChunkStore store;
  private final TaskLabeling task;
  private final TableOptions options;
  private final KeptColumns kept;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LabelWriter writer;

  ChunkLabeling(
      SparkSession spark,
      ChunkStore store,
      TaskLabeling task,
      TableOptions options,
      KeptColumns kept,
      Broadcast<SerializableConfiguration> hadoop) {
    this.options = options;
    this.kept = kept;
    this.spark = spark;
    this.store = store;
    this.task = task;
    this.hadoop = hadoop;
    this.writer = new LabelWriter(spark, kept);
  }

  /** Labels all images of a chunk. */
  long label(ListedInputs inputs, Chunk chunk) throws IOException {
    JavaRDD<ImageInput> images = inputs.images(chunk.files(), spark, hadoop);
    writer.writeChunk(writer.rows(images.mapPartitions(task)), store.staged(chunk.name()));
    return store.commit(chunk);
  }

  /**
   * Labels the images of a committed chunk that failed, and replaces their rows.
   *
   * @param signatures what opens some of them now
   */
  long labelFailed(Chunk chunk, FreshSignatures signatures) throws IOException {
    Dataset<Row> rows = writer.read(store.part(chunk.name()));
    Dataset<Row> labeled = rows.where(STATUS.equalTo(LabelRows.OK));
    Set<String> failed = store.reading(() -> uris(rows.where(STATUS.equalTo(LabelRows.FAILED))));
    try (ListedInputs tables =
        InputListing.ofTables(spark, uris(chunk, Kind.TABLE), options, kept)) {
      List<JavaRDD<ImageInput>> again =
          failedImages(chunk, failed, uris(labeled), tables, signatures, keptOfFailed(rows));
      if (!again.isEmpty()) {
        JavaRDD<ImageInput> images = again.stream().reduce(JavaRDD::union).orElseThrow();
        writer.writeChunk(
            labeled.union(writer.rows(images.mapPartitions(task))), store.staged(chunk.name()));
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
      Chunk chunk,
      Set<String> failed,
      Set<String> ok,
      ListedInputs tables,
      FreshSignatures signatures,
      Map<String, Row> keptOfFailed) {
    List<ListedFile> files = new ArrayList<>();
    List<ListedFile> archives = new ArrayList<>();
    List<ListedFile> images = new ArrayList<>();
    for (ListedFile file : chunk.files()) {
      switch (file.kind()) {
        case IMAGE -> {
          if (failed.contains(file.uri())) {
            files.add(ListedFile.image(signatures.address(file.uri())));
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
      again.add(
          tables
              .images(files, spark, hadoop)
              .map(
                  image ->
                      new ImageInput(
                          image.uri(),
                          image.content(),
                          image.known(),
                          Optional.ofNullable(keptOfFailed.get(image.uri())))));
    }
    if (!archives.isEmpty()) {
      again.add(tables.images(archives, spark, hadoop).filter(image -> !ok.contains(image.uri())));
    }
    if (!images.isEmpty()) {
      Set<String> own = ofDamaged(images, failed);
      again.add(
          tables
              .images(images, spark, hadoop)
              .filter(image -> failed.contains(image.uri()) || isNew(image.uri(), own, ok)));
    }
    return again;
  }

  /** What failed rows carry along, by URI: a list that said so is not read again. */
  private Map<String, Row> keptOfFailed(Dataset<Row> rows) {
    KeptColumns columns = kept;
    return columns.isEmpty()
        ? Map.of()
        : new HashMap<>(
            rows.where(STATUS.equalTo(LabelRows.FAILED))
                .toJavaRDD()
                .filter(row -> LabelRows.kept(row, columns).isPresent())
                .mapToPair(
                    row -> new Tuple2<>(row.getString(0), LabelRows.kept(row, columns).get()))
                .collectAsMap());
  }

  /** Tables that were damaged, so that their rows may have other names when they are whole. */
  private static Set<String> ofDamaged(List<ListedFile> tables, Set<String> failed) {
    Set<String> damaged = new HashSet<>();
    for (ListedFile table : tables) {
      if (table.images().isEmpty() && failed.stream().anyMatch(uri -> isOf(table, uri))) {
        damaged.add(table.uri());
      }
    }
    return damaged;
  }

  private static boolean isNew(String image, Set<String> damaged, Set<String> ok) {
    return !ok.contains(image) && damaged.stream().anyMatch(table -> isOf(table, image));
  }

  private static boolean isOf(ListedFile archive, String image) {
    return isOf(archive.uri(), image);
  }

  private static boolean isOf(String archive, String image) {
    return image.equals(archive) || image.startsWith(archive + "!/");
  }

  private static List<String> uris(Chunk chunk, Kind kind) {
    return chunk.files().stream().filter(file -> file.kind() == kind).map(ListedFile::uri).toList();
  }

  private static Set<String> uris(Dataset<Row> rows) {
    return new HashSet<>(rows.select(IMAGE).as(Encoders.STRING()).collectAsList());
  }
}
