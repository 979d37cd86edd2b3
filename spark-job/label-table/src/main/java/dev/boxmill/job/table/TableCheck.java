package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Opens a folder as a label table, or says what is wrong with it. */
public final class TableCheck {
  private static final String REMEDY = "give the folder that 'label --output' wrote";

  private TableCheck() {}

  /**
   * Those files' columns of version 1, which are the folder or lie in it; other columns, of a later
   * version, are left out.
   *
   * @throws BadInputException if that is no label table
   */
  public static Dataset<Row> read(SparkSession spark, Path folder, List<Path> files) {
    requireFound(spark, folder);
    refuseEmptyFiles(spark, files);
    Dataset<Row> rows = parquet(spark, folder, files);
    List<StructField> expected = List.of(LabelTable.schema().fields());
    String missing =
        expected.stream()
            .filter(column -> !covers(rows.schema(), column))
            .map(column -> column.name() + " " + column.dataType().catalogString())
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw unreadable(folder, "it is no label table, without column " + missing, null);
    }
    return rows.select(
        expected.stream()
            .map(column -> functions.col(column.name()))
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  /**
   * All of a table that a user named.
   *
   * @throws BadInputException if that is no label table
   */
  public static Dataset<Row> open(SparkSession spark, String labels) {
    try {
      Path folder = Locations.absolute(labels, spark.sparkContext().hadoopConfiguration());
      return read(spark, folder, List.of(folder));
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Invalid --labels: "
              + labels
              + ": "
              + FailureReason.of(failure)
              + " (must be a path or a URI)",
          failure);
    }
  }

  private static void requireFound(SparkSession spark, Path folder) {
    try {
      FileSystem files = Locations.store(folder, spark.sparkContext().hadoopConfiguration());
      if (!files.exists(folder)) {
        throw unreadable(folder, "there is no such folder", null);
      }
    } catch (IOException e) {
      throw unreadable(folder, FailureReason.of(e), e);
    }
  }

  private static void refuseEmptyFiles(SparkSession spark, List<Path> files) {
    try {
      for (Path file : files) {
        FileSystem store = Locations.store(file, spark.sparkContext().hadoopConfiguration());
        for (FileStatus held : store.listStatus(file)) {
          if (held.isFile()
              && held.getLen() == 0
              && ImageNames.isParquet(held.getPath().getName())) {
            throw DamagedPart.empty(held.getPath());
          }
        }
      }
    } catch (IOException e) {
      throw unreadable(files.get(0), FailureReason.of(e), e);
    }
  }

  /** Reads all or fails, whatever the session's settings say. */
  static DataFrameReader reader(SparkSession spark) {
    return spark
        .read()
        .option("ignoreCorruptFiles", false)
        .option("ignoreMissingFiles", false)
        .option("mergeSchema", false);
  }

  private static Dataset<Row> parquet(SparkSession spark, Path folder, List<Path> files) {
    try {
      return reader(spark).parquet(files.stream().map(Locations::literal).toArray(String[]::new));
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Java is not told so
        throw unreadable(folder, "it holds no Parquet files", e);
      }
      throw DamagedPart.refusal(e).orElseGet(() -> unreadable(folder, FailureReason.of(e), e));
    }
  }

  private static BadInputException unreadable(Path folder, String reason, Throwable cause) {
    return new BadInputException(
        "Cannot read labels " + Locations.uri(folder) + ": " + reason + " (" + REMEDY + ")", cause);
  }

  /** Whether {@code found} has all that is expected; it may have more. */
  private static boolean covers(StructType found, StructField expected) {
    return Arrays.asList(found.fieldNames()).contains(expected.name())
        && covers(found.apply(expected.name()).dataType(), expected.dataType());
  }

  private static boolean covers(DataType found, DataType expected) {
    if (expected instanceof ArrayType list) {
      return found instanceof ArrayType array && covers(array.elementType(), list.elementType());
    }
    if (expected instanceof StructType struct) {
      return found instanceof StructType group
          && Arrays.stream(struct.fields()).allMatch(field -> covers(group, field));
    }
    return found.catalogString().equals(expected.catalogString());
  }
}
