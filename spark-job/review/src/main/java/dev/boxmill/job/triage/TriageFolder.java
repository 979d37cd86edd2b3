package dev.boxmill.job.triage;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.WritablePlace;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where a triage table lies, or goes. */
public final class TriageFolder {

  private TriageFolder() {}

  /**
   * A triage table that a user named.
   *
   * @throws BadInputException if that is none
   */
  public static Dataset<Row> open(SparkSession spark, String triage) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    try {
      Path folder = Locations.absolute(triage, hadoop);
      List<FileStatus> held = List.of(Locations.store(folder, hadoop).listStatus(folder));
      if (isTriage(held, hadoop)) {
        return spark.read().parquet(Locations.literal(folder));
      }
      throw unreadable(triage, "it is no triage table", null);
    } catch (IOException | IllegalArgumentException failure) {
      throw unreadable(triage, FailureReason.of(failure), failure);
    }
  }

  private static BadInputException unreadable(String triage, String reason, Exception cause) {
    return new BadInputException(
        "Cannot read triage "
            + triage
            + ": "
            + reason
            + " (give the folder that 'triage --output' wrote)",
        cause);
  }

  /**
   * Looks whether a triage table may be written there; changes nothing.
   *
   * @throws BadInputException if something lies there that must stay
   */
  static Path claim(TriageRequest request, SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    try {
      Path output = Locations.absolute(request.output(), hadoop);
      if (output.isRoot()) {
        throw refusal(output, "it is the root of a filesystem", "name a folder below it");
      }
      requireApart(output, Locations.absolute(request.labels(), hadoop));
      requireFree(output, request.existing(), spark);
      WritablePlace.require(output, hadoop);
      return output;
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write triage to %s: %s (name a folder)"
              .formatted(request.output(), FailureReason.of(failure)),
          failure);
    }
  }

  /** What is read must not be replaced, nor be found among it later. */
  private static void requireApart(Path output, Path labels) {
    if (Locations.holds(output, labels) || Locations.holds(labels, output)) {
      throw refusal(output, "the labels lie there", "name another folder");
    }
  }

  private static void requireFree(Path output, ExistingTriage existing, SparkSession spark)
      throws IOException {
    FileSystem files = Locations.store(output, spark.sparkContext().hadoopConfiguration());
    if (!files.exists(output)) {
      return;
    }
    if (!files.getFileStatus(output).isDirectory()) {
      throw refusal(output, "it is a file", "name a folder");
    }
    List<FileStatus> held = List.of(files.listStatus(output));
    if (held.isEmpty()) {
      return;
    }
    if (!isTriage(held, spark.sparkContext().hadoopConfiguration())) {
      throw refusal(output, "it holds what is no triage table", "name another folder");
    }
    if (existing == ExistingTriage.REFUSE) {
      throw refusal(output, "it is there already", "--overwrite replaces it");
    }
  }

  /** Whether a file there says that it is a triage table's. */
  private static boolean isTriage(List<FileStatus> held, Configuration hadoop) throws IOException {
    Optional<FileStatus> file =
        held.stream().filter(one -> one.getPath().getName().endsWith(".parquet")).findFirst();
    if (file.isEmpty()) {
      return false;
    }
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromStatus(file.get(), hadoop))) {
      return reader.getFileMetaData().getKeyValueMetaData().containsKey(TriageTable.VERSION_KEY);
    }
  }

  private static BadInputException refusal(Path output, String reason, String remedy) {
    return new BadInputException(
        "Cannot write triage to " + Locations.uri(output) + ": " + reason + " (" + remedy + ")");
  }
}
