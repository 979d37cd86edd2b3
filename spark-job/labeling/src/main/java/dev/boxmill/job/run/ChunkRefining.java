package dev.boxmill.job.run;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.session.RefiningJob;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.ChunkStore;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.StoredTable;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** Refines a chunk of a table again and commits it to another. */
final class ChunkRefining {

  private final SparkSession spark;
  private final StoredTable table;
  private final ChunkStore store;
  private final RefiningJob job;
  private final TaskLabeling task;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LabelWriter writer;
  private final TableOptions options;

  ChunkRefining(
      SparkSession spark,
      StoredTable table,
      ChunkStore store,
      RefiningJob job,
      TaskLabeling task,
      Broadcast<SerializableConfiguration> hadoop) {
    this.spark = spark;
    this.table = table;
    this.store = store;
    this.job = job;
    this.task = task;
    this.hadoop = hadoop;
    this.options = TableOptions.of(table.made().settings());
    this.writer = new LabelWriter(spark, table.kept());
  }

  /** Refines all rows of the table's chunk; gives how many. */
  long refine(Chunk chunk) throws IOException {
    Chunk again = chunk.again(job.fingerprint());
    KeptColumns kept = table.kept();
    Dataset<Row> rows = writer.read(table.chunks().part(chunk.name()));
    long expected = table.chunks().rows(chunk.name());
    if (!job.usesFeatures()) {
      write(again, rows.toJavaRDD().map(row -> unread(row, kept)));
      return store.commit(again, OptionalLong.of(expected));
    }
    List<ListedFile> holders =
        chunk.files().stream().filter(file -> file.kind() != Kind.IMAGE).toList();
    int slots = spark.sparkContext().defaultParallelism();
    JavaRDD<Row> shared = rows.repartition(ListedInputs.tasks(chunk.files(), slots)).toJavaRDD();
    if (holders.isEmpty()) {
      write(again, files(shared, kept, hadoop));
      return store.commit(again, OptionalLong.of(expected));
    }
    try (ListedInputs inputs = InputListing.ofTables(spark, tables(holders), options, kept)) {
      write(again, held(shared, kept, inputs.images(holders, spark, hadoop), hadoop));
      return store.commit(again, OptionalLong.of(expected));
    }
  }

  private void write(Chunk chunk, JavaRDD<ImageInput> images) {
    writer.writeChunk(writer.rows(images.mapPartitions(task)), store.staged(chunk.name()));
  }

  private static List<String> tables(List<ListedFile> holders) {
    return holders.stream().filter(file -> file.kind() == Kind.TABLE).map(ListedFile::uri).toList();
  }

  private static ImageInput unread(Row row, KeptColumns kept) {
    LabelRow known = LabelRows.labelRow(row);
    return new ImageInput(
        known.imageUri(),
        () -> {
          throw new IOException("Cannot read " + known.imageUri() + ": nobody needs it");
        },
        Optional.of(known),
        LabelRows.kept(row, kept));
  }

  /** Images that are files. */
  private static JavaRDD<ImageInput> files(
      JavaRDD<Row> rows, KeptColumns kept, Broadcast<SerializableConfiguration> hadoop) {
    return rows.map(row -> input(row, kept, hadoop));
  }

  /**
   * Images in archives and tables, which are read from their start: their bytes go to the rows'
   * tasks. Those that are not found are files.
   */
  private static JavaRDD<ImageInput> held(
      JavaRDD<Row> rows,
      KeptColumns kept,
      JavaRDD<ImageInput> images,
      Broadcast<SerializableConfiguration> hadoop) {
    JavaPairRDD<String, Row> byUri =
        rows.mapToPair(row -> new Tuple2<>(LabelRows.labelRow(row).imageUri(), row));
    JavaPairRDD<String, FetchedBytes> bytes =
        images.mapToPair(image -> new Tuple2<>(image.uri(), FetchedBytes.of(image)));
    return byUri
        .leftOuterJoin(bytes, rows.getNumPartitions())
        .values()
        .map(
            pair ->
                pair._2().isPresent()
                    ? input(pair._1(), kept, pair._2().get())
                    : input(pair._1(), kept, hadoop));
  }

  private static ImageInput input(
      Row row, KeptColumns kept, Broadcast<SerializableConfiguration> hadoop) {
    String uri = row.getAs(LabelColumn.IMAGE_URI.columnName());
    ListedFile file = ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH);
    return input(row, kept, new FileContent(file, hadoop.value().value()));
  }

  private static ImageInput input(Row row, KeptColumns kept, ImageInput.Content content) {
    LabelRow known = LabelRows.labelRow(row);
    return new ImageInput(known.imageUri(), content, Optional.of(known), LabelRows.kept(row, kept));
  }
}
