package dev.boxmill.job.preflight;

import dev.boxmill.job.error.Reasons;
import dev.boxmill.job.table.OutputFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** The output as the driver sees it, with a folder for probes in it while this is open. */
final class OutputCheck implements Closeable {

  private final SparkSession spark;
  private final Optional<ProbeFolder> folder;
  private final List<Finding> findings;

  OutputCheck(OutputFolder output, SparkSession spark) {
    this.spark = spark;
    Optional<ProbeFolder> made = Optional.empty();
    List<Finding> found = List.of();
    try {
      made =
          Optional.of(
              ProbeFolder.make(
                  output.chunks().staged(ProbeFolder.newName()),
                  spark.sparkContext().hadoopConfiguration()));
    } catch (IOException | RuntimeException failure) {
      found = List.of(unwritable(output, failure));
    }
    this.folder = made;
    this.findings = found;
  }

  private static Finding unwritable(OutputFolder output, Exception failure) {
    return Finding.failed(
        Check.OUTPUT,
        "Cannot write to " + output.uri() + ": " + Reasons.of(failure),
        "name a folder that the job's user may write");
  }

  /** What is wrong with it; none if a folder could be made. */
  List<Finding> findings() {
    return findings;
  }

  /** What executors should see; empty if it can't be written. */
  Optional<SharedFolder> shared() {
    return folder.map(ProbeFolder::shared);
  }

  /** How Spark commits there. */
  List<Finding> committer() {
    return folder
        .map(made -> CommitterCheck.findings(spark, made.inside("committer")))
        .orElse(List.of());
  }

  @Override
  public void close() throws IOException {
    if (folder.isPresent()) {
      folder.get().close();
    }
  }
}
