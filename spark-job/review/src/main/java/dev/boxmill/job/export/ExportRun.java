package dev.boxmill.job.export;

import static org.apache.spark.sql.functions.lit;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.triage.TriageFolder;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** From a label table to a tool's files. */
public final class ExportRun {

  private final ExportRequest request;
  private final ExportCategories categories;
  private long images;
  private long boxes;
  private long outside;

  private ExportRun(ExportRequest request, ExportCategories categories) {
    this.request = request;
    this.categories = categories;
  }

  /**
   * What was written.
   *
   * @param output where it lies
   * @param failed images of the table that have no labels, left out
   * @param below boxes under the least score, left out
   * @param outside boxes without area inside their image, left out
   */
  public record Exported(
      String output, long images, long boxes, long failed, long below, long outside) {}

  /**
   * Exports a table; its rows pass through the driver a slice at a time.
   *
   * @param warnings takes what went wrong without harm to the export
   * @throws BadInputException if there is no label table, or the output must stay as it is
   * @throws IOException if the output can't be written; nothing of it is left then
   */
  public static Exported write(ExportRequest request, SparkSession spark, Consumer<String> warnings)
      throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    try (ExportFiles files = ExportFiles.claim(request, hadoop)) {
      Dataset<Row> table = TableCheck.open(spark, request.labels());
      ExportSource source = ExportSource.of(prioritized(table, request, spark));
      warnOfLocalImages(request, source.facts().least(), warnings);
      files.begin();
      ExportRun run = new ExportRun(request, ExportCategories.of(source.facts().labels()));
      run.write(source, files);
      files.publish(warnings);
      return run.exported(files.uri(), source.facts());
    }
  }

  /** Browsers open no file:// from a page of a server, which Label Studio is. */
  private static void warnOfLocalImages(
      ExportRequest request, String uri, Consumer<String> warnings) {
    if (request.format() == ExportFormat.LABEL_STUDIO
        && request.imageRoot().isEmpty()
        && uri.startsWith("file:")) {
      warnings.accept(
          "Label Studio will not show the images: its pages cannot open "
              + uri
              + " (say where it serves them: --image-root"
              + " /data/local-files/?d=FOLDER, or a URL)");
    }
  }

  /** With a column of priorities, null where no triage has one. */
  private static Dataset<Row> prioritized(
      Dataset<Row> table, ExportRequest request, SparkSession spark) {
    String priority = TriageColumn.REVIEW_PRIORITY.columnName();
    if (request.triage().isEmpty()) {
      return table.withColumn(priority, lit(null).cast(TriageColumn.REVIEW_PRIORITY.sqlType()));
    }
    String uri = TriageColumn.IMAGE_URI.columnName();
    Dataset<Row> priorities = TriageFolder.open(spark, request.triage().get());
    return table.join(priorities.select(uri, priority), new String[] {uri}, "left");
  }

  private void write(ExportSource source, ExportFiles files) throws IOException {
    ImageAddresses addresses =
        ImageAddresses.between(
            source.facts().least(), source.facts().greatest(), request.imageRoot());
    ExportContext context = new ExportContext(categories, addresses);
    try (ExportWriter writer = request.format().writer(files, context)) {
      Iterator<Row> rows = source.rows();
      while (rows.hasNext()) {
        writer.write(image(rows.next()));
      }
      writer.finish();
    }
  }

  private ExportedImage image(Row row) {
    ImageSize size = new ImageSize(row.getInt(1), row.getInt(2));
    List<ExportedBox> kept = new ArrayList<>();
    for (Row box : row.<Row>getList(3)) {
      if (box.getFloat(2) >= (float) request.minScore()) {
        exported(box, size).ifPresentOrElse(kept::add, () -> outside++);
      }
    }
    images++;
    boxes += kept.size();
    return new ExportedImage(
        images,
        row.getString(0),
        size,
        made(row),
        kept,
        row.isNullAt(6) ? OptionalDouble.empty() : OptionalDouble.of(row.getDouble(6)));
  }

  /** By position, as {@link ExportSource#rows} has them: names are looked up a million times. */
  private Optional<ExportedBox> exported(Row box, ImageSize size) {
    return ExportedBox.of(
        new Corners(box.getFloat(3), box.getFloat(4), box.getFloat(5), box.getFloat(6)),
        box.getFloat(2),
        size,
        categories.of(box.getInt(0), box.getString(1)));
  }

  private static String made(Row row) {
    String model = row.isNullAt(4) ? "boxmill" : row.getString(4);
    String refiners = row.isNullAt(5) ? "" : row.getString(5);
    return refiners.isBlank() ? model : model + " + " + refiners;
  }

  private Exported exported(String output, ExportSource.Facts facts) {
    long below = facts.boxes() - boxes - outside;
    return new Exported(output, images, boxes, facts.failed(), below, outside);
  }
}
