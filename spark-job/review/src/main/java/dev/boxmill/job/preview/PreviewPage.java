package dev.boxmill.job.preview;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Writes the preview of a label table: one self-contained HTML file. */
public final class PreviewPage {
  /** How many images a page shows if nothing else is asked for. */
  public static final int DEFAULT_LIMIT = 24;

  /** More pictures than this make a file that browsers open slowly. */
  public static final int MAX_LIMIT = 2000;

  private static final int FAILURES_SHOWN = 50;

  private PreviewPage() {}

  /**
   * Reads the table with Spark, fetches the sampled pictures again on the driver, and writes the
   * page, replacing one that is there. A picture that can't be had again is drawn as an empty frame
   * of its proportions. The same table gives the same sample.
   *
   * @param labels folder of a label table, on any Hadoop filesystem
   * @param output a file that ends in {@code .html}, on any Hadoop filesystem
   * @param limit most images to show, 1 to {@value #MAX_LIMIT}; those with boxes come first
   * @return what was written
   * @throws BadInputException if there is no label table, or the output is not a page's name
   * @throws IOException if the page can't be written
   */
  public static Written write(SparkSession spark, String labels, String output, int limit)
      throws IOException {
    return write(spark, labels, output, limit, Long.MAX_VALUE);
  }

  /**
   * The same from a sample of a large table: some of its files, with that many rows or a few more.
   * The page says so.
   */
  public static Written writeSampled(SparkSession spark, String labels, String output, long rows)
      throws IOException {
    return write(spark, labels, output, DEFAULT_LIMIT, rows);
  }

  private static Written write(
      SparkSession spark, String labels, String output, int limit, long rows) throws IOException {
    requireLimit(limit);
    requirePage(output);
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Path folder = path("labels", labels, hadoop);
    Path page = path("output", output, hadoop);
    requireWritable(page, hadoop);
    FirstFiles files = firstFiles(folder, rows, hadoop);
    PreviewTable table =
        files.isWholeTable()
            ? PreviewTable.open(spark, folder)
            : PreviewTable.open(spark, folder, files);
    TableSummary summary = table.summary();
    List<SampledImage> sample = table.sample(limit);
    List<FailedImage> failures = summary.failed() == 0 ? List.of() : table.failures(FAILURES_SHOWN);

    List<String> uris = sample.stream().map(SampledImage::uri).toList();
    Map<String, Thumbnail> thumbnails = new Thumbnails(hadoop, edge(sample.size())).of(uris);
    String html =
        new PageLayout(
                Locations.uri(folder),
                extent(files),
                summary,
                shown(sample, summary),
                thumbnails,
                failures)
            .html();
    store(hadoop, page, html.getBytes(StandardCharsets.UTF_8));
    return new Written(Locations.uri(page), sample.size(), summary.images(), summary.failed());
  }

  private static List<ShownImage> shown(List<SampledImage> sample, TableSummary summary) {
    ShownBox.Layers layers = ShownBox.Layers.of(summary);
    return sample.stream().map(image -> ShownImage.of(image, layers)).toList();
  }

  /**
   * The page that was written.
   *
   * @param output where it lies
   * @param shown images with a picture or frame on it
   * @param images rows of the table
   * @param failed rows of the table without labels
   */
  public record Written(String output, int shown, long images, long failed) {}

  private static FirstFiles firstFiles(Path folder, long rows, Configuration hadoop)
      throws IOException {
    return rows == Long.MAX_VALUE
        ? new FirstFiles(List.of(), 0)
        : FirstFiles.of(folder, rows, hadoop);
  }

  private static String extent(FirstFiles files) {
    return files.isWholeTable()
        ? ""
        : Html.count(files.paths().size())
            + " of the table's "
            + Html.count(files.files())
            + " files; 'preview' shows all";
  }

  private static void requireLimit(int limit) {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new BadInputException(
          "Invalid limit: " + limit + " (must be from 1 to " + MAX_LIMIT + ")");
    }
  }

  private static void requirePage(String output) {
    if (!output.endsWith(".html") && !output.endsWith(".htm")) {
      throw new BadInputException("Invalid output: " + output + " (must end in .html)");
    }
  }

  private static Path path(String name, String text, Configuration hadoop) {
    try {
      return Locations.absolute(text, hadoop);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Invalid "
              + name
              + ": "
              + text
              + ": "
              + FailureReason.of(e)
              + " (must be a path or a URI)",
          e);
    }
  }

  /** Longest side of a thumbnail in pixels: sharp for a few, so that many stay a small file. */
  static int edge(int pictures) {
    return pictures <= 100 ? 640 : 320;
  }

  /**
   * Looks whether a page may be written there, before the work.
   *
   * @throws BadInputException if not
   */
  static void requireWritable(Path page, Configuration hadoop) {
    try {
      FileSystem files = Locations.filesystem(page, hadoop);
      if (files.exists(page) && files.getFileStatus(page).isDirectory()) {
        throw new IOException("it is a folder");
      }
      WritablePlace.require(page, hadoop);
    } catch (IOException failure) {
      throw new BadInputException(
          "Cannot write page "
              + Locations.uri(page)
              + ": "
              + FailureReason.of(failure)
              + " (give the name of a file that can be made)",
          failure);
    }
  }

  static void store(Configuration hadoop, Path file, byte[] html) throws IOException {
    try {
      StoredFile.write(file, html, hadoop);
    } catch (IOException e) {
      throw new IOException(
          "Cannot write page " + Locations.uri(file) + ": " + FailureReason.of(e), e);
    }
  }
}
