package dev.boxmill.job.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * What lies in a folder that a run is to write.
 *
 * @param labels names of label table files
 * @param foreign names of everything that boxmill did not write
 */
record FolderContents(List<String> labels, List<String> foreign) {

  /** Spark's key for a schema in a Parquet file's footer. */
  private static final String SPARK_SCHEMA_KEY = "org.apache.spark.sql.parquet.row.metadata";

  private static final List<String> RUN_NAMES =
      List.of(OutputFolder.WORK, "_SUCCESS", "._SUCCESS.crc", "_temporary", "__magic");

  static FolderContents of(List<FileStatus> held, Configuration hadoop) throws IOException {
    FolderContents files = new FolderContents(new ArrayList<>(), new ArrayList<>());
    for (FileStatus file : held) {
      String name = file.getPath().getName();
      if (ChunkStore.isPart(name) || isLabelFile(file, hadoop)) {
        files.labels.add(name);
      } else if (!RUN_NAMES.contains(name) && !isChecksum(name)) {
        files.foreign.add(name);
      }
    }
    return files;
  }

  private static boolean isChecksum(String name) {
    return name.startsWith(".part-") && name.endsWith(".parquet.crc");
  }

  private static boolean isLabelFile(FileStatus file, Configuration hadoop) throws IOException {
    if (!file.isFile() || !file.getPath().getName().endsWith(".parquet")) {
      return false;
    }
    return columns(file.getPath(), hadoop).filter(LabelTable::matches).isPresent();
  }

  /** The columns of a file that Spark wrote, with their metadata; empty if it did not. */
  static Optional<StructType> columns(Path file, Configuration hadoop) throws IOException {
    return Optional.ofNullable(sparkSchema(file, hadoop))
        .map(DataType::fromJson)
        .filter(StructType.class::isInstance)
        .map(StructType.class::cast);
  }

  /** Null if the file is no Parquet, or not written by Spark. */
  private static String sparkSchema(Path file, Configuration hadoop) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop))) {
      return reader.getFileMetaData().getKeyValueMetaData().get(SPARK_SCHEMA_KEY);
    } catch (RuntimeException noParquet) {
      return null;
    }
  }
}
