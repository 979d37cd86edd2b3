package dev.boxmill.job.table;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Writes one row as a run writes a chunk, to see what commits it. */
public final class CommitterProbe {

  /** Renames what tasks wrote: in one step on a disk, by copying on an object store. */
  public static final String RENAMING = "file";

  /** Ends uploads that tasks began: all at once, with nothing to rename. */
  public static final String MAGIC = "magic";

  /** S3A's committers say in this file who they are; Spark's own leaves it empty. */
  private static final String MARK = "_SUCCESS";

  private static final ObjectMapper JSON = new ObjectMapper();

  private CommitterProbe() {}

  /**
   * Writes and commits.
   *
   * @param folder not there yet; left behind
   * @return the committer's name as {@code fs.s3a.committer.name} has it
   * @throws IOException if the committer does not tell its name
   */
  public static String write(SparkSession spark, Path folder) throws IOException {
    LabelRow row =
        new LabelRow.Failed(
            "probe", Optional.empty(), Optional.empty(), ErrorCategory.STORAGE, "a probe");
    Row written = LabelRows.row(row, new RunColumns("", "", ""), Instant.now());
    new LabelWriter(spark)
        .writeChunk(
            spark.createDataset(List.of(written), LabelWriter.encoder(LabelTable.schema())),
            folder);
    return committer(new Path(folder, MARK), spark.sparkContext().hadoopConfiguration());
  }

  private static String committer(Path mark, Configuration hadoop) throws IOException {
    try (FSDataInputStream stream = Locations.filesystem(mark, hadoop).open(mark)) {
      byte[] content = stream.readAllBytes();
      return content.length == 0 ? RENAMING : JSON.readTree(content).path("committer").asText();
    } catch (FileNotFoundException missing) {
      throw new IOException(
          "Cannot tell which committer wrote: it left no "
              + MARK
              + " (leave mapreduce.fileoutputcommitter.marksuccessfuljobs at true)",
          missing);
    }
  }

  /**
   * Asks the store for uploads below a folder that nobody ended, as a committer does to end its
   * own.
   *
   * @return whether the store knows of uploads at all
   * @throws IOException if it refuses
   */
  public static boolean listUploads(Path folder, Configuration hadoop) throws IOException {
    return StoredFile.endListedUploads(folder, hadoop);
  }
}
