package dev.boxmill.job.preflight;

import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.CommitterProbe;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * How Spark's writes are committed in the output's store: on S3 only the magic committer will do.
 */
final class CommitterCheck {

  private static final String REMEDY =
      "put spark-hadoop-cloud of this Spark on the class path of driver and executors, as"
          + " './mvnw -Ps3 package' does, and leave spark.hadoop.fs.s3a.committer.name and"
          + " spark.hadoop.fs.s3a.committer.magic.enabled as Spark then sets them";

  private CommitterCheck() {}

  /** Writes a table of one row through Spark. */
  static List<Finding> findings(SparkSession spark, Path folder) {
    try {
      Finding committer = judged(CommitterProbe.write(spark, folder), folder);
      return isS3(folder) ? List.of(committer, uploads(spark, folder)) : List.of(committer);
    } catch (Exception failure) { // Spark throws checked exceptions that it does not declare
      return List.of(Finding.failed(Check.COMMITTER, root(failure), "Spark must write there"));
    }
  }

  private static Finding judged(String committer, Path folder) {
    if (!isS3(folder)) {
      String how = committer.equals(CommitterProbe.RENAMING) ? "by renaming" : "by " + committer;
      return Finding.ok(Check.COMMITTER, "Spark wrote a table and committed it " + how);
    }
    return committer.equals(CommitterProbe.MAGIC)
        ? Finding.ok(Check.COMMITTER, "Spark wrote a table and the magic committer committed it")
        : Finding.failed(
            Check.COMMITTER,
            "Spark commits by the committer '" + committer + "', which is not safe on S3",
            REMEDY);
  }

  private static Finding uploads(SparkSession spark, Path folder) {
    String remedy =
        "allow s3:ListBucketMultipartUploads, or let a rule of the bucket end old uploads";
    try {
      return CommitterProbe.listUploads(folder, spark.sparkContext().hadoopConfiguration())
          ? Finding.ok(Check.COMMITTER, "the store lists multipart uploads")
          : Finding.warning(Check.COMMITTER, "the store knows no multipart uploads", remedy);
    } catch (IOException | RuntimeException refused) {
      String what =
          "Cannot list multipart uploads below "
              + Locations.uri(folder)
              + ": "
              + root(refused).getMessage();
      return Finding.warning(Check.COMMITTER, what.lines().findFirst().orElse(what), remedy);
    }
  }

  private static boolean isS3(Path folder) {
    return "s3a".equals(folder.toUri().getScheme());
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
