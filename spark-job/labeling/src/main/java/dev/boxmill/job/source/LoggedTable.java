package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.parquet.SparkToParquetSchemaConverter;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A folder whose files alone don't tell which of their rows are of the table.
 *
 * @param folder of the table
 */
record LoggedTable(Path folder, LogFormat format) {

  private static final Pattern VERSION = Pattern.compile("(\\d{20})\\.json");

  /**
   * Rows are read one by one, as a batch of thousands of images would not fit into memory, and
   * small files are not put together: tasks of some files read no others.
   */
  private static final Map<String, String> READING =
      Map.of(
          "spark.sql.parquet.enableVectorizedReader", "false",
          "spark.sql.iceberg.vectorization.enabled", "false",
          "spark.sql.files.openCostInBytes", "134217728");

  /** As the columns of Parquet files are told apart. */
  private static final Map<String, String> WRITING =
      Map.of(
          "spark.sql.parquet.writeLegacyFormat", "false",
          "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS",
          "spark.sql.parquet.fieldId.write.enabled", "false",
          "spark.sql.parquet.variant.annotateLogicalType.enabled", "false");

  String uri() {
    return Locations.uri(folder);
  }

  boolean isReadable() {
    return format.isReadable();
  }

  /**
   * Its rows, as its log has them now.
   *
   * @param input for messages
   * @throws BadInputException if its reader can't read it
   */
  Dataset<Row> rows(String input, SparkSession spark) {
    SparkSession reader = spark.newSession();
    READING.forEach((name, value) -> reader.conf().set(name, value));
    try {
      Optional<Long> version = version(spark);
      return version.isPresent()
          ? reader.read().format(format.reader()).option("versionAsOf", version.get()).load(uri())
          : reader.read().format(format.reader()).load(uri());
    } catch (Exception failure) { // readers throw checked ones that Spark does not declare
      throw unreadable(input, failure);
    }
  }

  private BadInputException unreadable(String input, Exception failure) {
    return new BadInputException(
        String.format(
            "Cannot read input %s: %s is %s, and its reader refuses it: %s (give the rows that it"
                + " has now as Parquet)",
            input, uri(), format.text(), FailureReason.of(failure).lines().findFirst().orElse("")),
        failure);
  }

  /** All passes over a Delta table see the same rows, whoever writes there meanwhile. */
  private Optional<Long> version(SparkSession spark) throws IOException {
    if (format != LogFormat.DELTA) {
      return Optional.empty();
    }
    Path log = format.log(folder);
    FileStatus[] found =
        Locations.filesystem(log, spark.sparkContext().hadoopConfiguration()).listStatus(log);
    return Stream.of(found)
        .map(file -> VERSION.matcher(file.getPath().getName()))
        .filter(Matcher::matches)
        .map(name -> Long.valueOf(name.group(1)))
        .max(Long::compare);
  }

  /** What its columns say, as the end of a Parquet file would. */
  TableFooter footer(StructType schema, TableOptions options) {
    FileColumns columns = new FileColumns(parquet(schema));
    return new TableFooter(
        uri(),
        List.of(),
        columns.images(options, Map.of()).orElse(null),
        columns.addresses(options, Map.of()).orElse(null),
        columns.found(),
        null);
  }

  /** Columns of types that Parquet does not have are nobody's matter. */
  private static MessageType parquet(StructType schema) {
    Configuration settings = new Configuration(false);
    WRITING.forEach(settings::set);
    SparkToParquetSchemaConverter converter = new SparkToParquetSchemaConverter(settings);
    return new MessageType(
        "table",
        Stream.of(schema.fields()).flatMap(field -> parquet(field, converter).stream()).toList());
  }

  private static Optional<Type> parquet(
      StructField field, SparkToParquetSchemaConverter converter) {
    try {
      return Optional.of(converter.convert(new StructType(new StructField[] {field})).getType(0));
    } catch (Exception foreign) { // Spark throws checked ones that it does not declare
      return Optional.empty();
    }
  }
}
