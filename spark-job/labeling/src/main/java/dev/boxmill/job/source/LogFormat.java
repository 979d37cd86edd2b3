package dev.boxmill.job.source;

import java.net.URI;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** A format of tables whose rows only their log tells, by the folder of that log. */
enum LogFormat {
  DELTA(
      "a Delta table",
      "delta",
      "_delta_log",
      "",
      "io.delta:delta-spark_4.1_2.13:4.4.0",
      "org.apache.spark.sql.delta.sources.DeltaDataSource",
      "_metadata.file_path",
      "_metadata.row_index"),
  ICEBERG(
      "an Iceberg table",
      "iceberg",
      "metadata",
      ".metadata.json",
      "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
      "org.apache.iceberg.spark.source.IcebergSource",
      "_file",
      "_pos"),
  /** Its reader does not say where a row stands. */
  HUDI("a Hudi table", "hudi", ".hoodie", "", "", "", "", "");

  private static final Pattern ESCAPED = Pattern.compile("%\\p{XDigit}{2}");

  private final String text;
  private final String reader;
  private final String log;
  private final String suffix;
  private final String artifact;
  private final String readerClass;
  private final String fileColumn;
  private final String rowColumn;

  LogFormat(
      String text,
      String reader,
      String log,
      String suffix,
      String artifact,
      String readerClass,
      String fileColumn,
      String rowColumn) {
    this.text = text;
    this.reader = reader;
    this.log = log;
    this.suffix = suffix;
    this.artifact = artifact;
    this.readerClass = readerClass;
    this.fileColumn = fileColumn;
    this.rowColumn = rowColumn;
  }

  /** For messages, with its article. */
  String text() {
    return text;
  }

  /** As Spark calls it. */
  String reader() {
    return reader;
  }

  /** What gives the reader to Spark; empty if none is of use. */
  String artifact() {
    return artifact;
  }

  /** Whether the reader is on the class path. */
  boolean isReadable() {
    try {
      Class.forName(readerClass, false, Thread.currentThread().getContextClassLoader());
      return !readerClass.isEmpty();
    } catch (ClassNotFoundException | LinkageError missing) {
      return false;
    }
  }

  /** Column of the file that a row stands in. */
  String fileColumn() {
    return fileColumn;
  }

  /** Column of a row's number in its file. */
  String rowColumn() {
    return rowColumn;
  }

  /** The path of a data file, from that column. */
  Path file(String value) {
    return this == DELTA && ESCAPED.matcher(value).find()
        ? new Path(URI.create(value))
        : new Path(value);
  }

  /** The folder of the log. */
  Path log(Path table) {
    return new Path(table, log);
  }

  /** Whether a file or folder in such a folder is of a log. */
  boolean isOfLog(Path found) {
    return found.getName().endsWith(suffix);
  }

  /** Whether a path is a log's folder or, where files alone tell it, of a log; gives the folder. */
  Path logOf(Path found) {
    Path folder = suffix.isEmpty() ? found : found.getParent();
    return folder != null && folder.getName().equals(log) && isOfLog(found) ? folder : null;
  }
}
