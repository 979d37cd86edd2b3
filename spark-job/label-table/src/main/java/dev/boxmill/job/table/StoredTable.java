package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * A label table that a run wrote, with its record and its chunks.
 *
 * @param made how
 * @param chunks what it consists of
 * @param kept columns that it carries along
 */
public record StoredTable(Path folder, TableProvenance made, ChunkStore chunks, KeptColumns kept) {

  /**
   * The table that a user named.
   *
   * @throws BadInputException if there is none, or nothing in it says how it was made
   */
  public static StoredTable open(SparkSession spark, String labels) throws IOException {
    TableCheck.open(spark, labels);
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Path folder = Locations.absolute(labels, hadoop);
    ChunkStore chunks = new ChunkStore(folder, hadoop);
    RunRecord record =
        RunRecord.in(folder, hadoop)
            .filter(StoredTable::isWritten)
            .orElseThrow(() -> withoutRecord(folder));
    if (chunks.committed().isEmpty()) {
      throw withoutRecord(folder);
    }
    return new StoredTable(
        folder,
        new TableProvenance(
            Locations.uri(folder), record.model(), record.refiners(), record.settings()),
        chunks,
        KeptColumns.of(chunks.part(chunks.committed().get(0)), hadoop));
  }

  private static boolean isWritten(RunRecord record) {
    return record.model() != null && record.refiners() != null && !record.settings().isEmpty();
  }

  private static BadInputException withoutRecord(Path folder) {
    return new BadInputException(
        "Cannot refine labels "
            + Locations.uri(folder)
            + ": it has no "
            + OutputFolder.WORK
            + "/"
            + RunRecord.FILE_NAME
            + " that says how they were made (give the folder that 'label --output' wrote, whole)");
  }

  /** Whether the run that wrote it ended. */
  public boolean isWhole(Configuration hadoop) throws IOException {
    return Locations.filesystem(folder, hadoop).exists(new Path(folder, OutputFolder.SUCCESS));
  }
}
