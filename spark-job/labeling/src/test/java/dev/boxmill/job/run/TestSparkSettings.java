package dev.boxmill.job.run;

import static dev.boxmill.job.session.TestingLabeler.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.table.LabelTable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;

/** Settings that clusters have, each of which may break a table: it must be the same with them. */
final class TestSparkSettings {

  private static final int IMAGES = 9;
  private static final int CHUNK = 4;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path photos;
  private static Table undisturbed;

  /** What readers see of a table. */
  private record Table(List<Row> rows, List<String> parts, Set<String> parquetSchemas) {}

  @BeforeAll
  static void labelUndisturbed() throws IOException {
    photos = Files.createDirectory(shared.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      Files.write(photos.resolve(i + ".jpg"), i == 5 ? new byte[] {1} : picture(10 + i, 20));
    }
    Path labels = shared.resolve("undisturbed");
    TestingRun.of(labels, photos).chunksOf(CHUNK).run().summary();
    undisturbed = table(labels);
    assertThat(undisturbed.rows()).hasSize(IMAGES);
    assertThat(undisturbed.parquetSchemas())
        .singleElement()
        .asString()
        .contains("int64 labeled_at (TIMESTAMP(MICROS,true))");
  }

  /** Several at once: each must be harmless, and one run shows it of all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.sql.files.maxRecordsPerFile=1;"
            + "spark.sql.parquet.writeLegacyFormat=true;"
            + "spark.sql.parquet.datetimeRebaseModeInWrite=LEGACY;"
            + "spark.sql.parquet.outputTimestampType=INT96;"
            + "spark.sql.session.timeZone=America/St_Johns;"
            + "spark.sql.adaptive.enabled=false;"
            + "spark.sql.sources.default=json",
        "spark.sql.files.ignoreCorruptFiles=true;"
            + "spark.sql.parquet.outputTimestampType=TIMESTAMP_MILLIS;"
            + "spark.sql.parquet.compression.codec=gzip;"
            + "spark.sql.timestampType=TIMESTAMP_NTZ;"
            + "spark.sql.caseSensitive=true;"
            + "spark.sql.shuffle.partitions=1;"
            + "spark.sql.sources.useV1SourceList=",
        "spark.sql.files.ignoreMissingFiles=true;"
            + "spark.sql.parquet.enableVectorizedReader=false;"
            + "spark.sql.datetime.java8API.enabled=true;"
            + "spark.sql.ansi.enabled=true;"
            + "spark.sql.sources.partitionOverwriteMode=dynamic;"
            + "spark.sql.legacy.timeParserPolicy=LEGACY;"
            + "spark.sql.optimizer.plannedWrite.enabled=false"
      })
  void aBorrowedSessionsSettingsChangeNoRow(String settings) throws IOException {
    RuntimeConfig conf = TestingSpark.session().conf();
    Map<String, Option<String>> before = new HashMap<>();
    for (String setting : settings.split(";")) {
      String key = setting.substring(0, setting.indexOf('='));
      before.put(key, conf.getOption(key));
      conf.set(key, setting.substring(setting.indexOf('=') + 1));
    }
    try {
      assertThat(TestingRun.of(labels(), photos).chunksOf(CHUNK).run().summary())
          .contains("9 images: 8 labeled, 1 failed");
      assertThat(TestingRun.of(labels(), photos).retryingFailed().run().summary())
          .contains("1 image in this run");
    } finally {
      before.forEach((key, value) -> restore(conf, key, value));
    }
    assertThat(table(labels())).isEqualTo(undisturbed);
  }

  private static void restore(RuntimeConfig conf, String key, Option<String> value) {
    if (value.isDefined()) {
      conf.set(key, value.get());
    } else {
      conf.unset(key);
    }
  }

  private static final List<String> CLUSTER =
      List.of(
          "-Dspark.serializer=org.apache.spark.serializer.KryoSerializer",
          "-Dspark.speculation=true",
          "-Dspark.speculation.multiplier=1.01",
          "-Dspark.speculation.quantile=0.1",
          "-Dspark.rdd.compress=true",
          "-Dspark.shuffle.compress=false",
          "-Dspark.sql.timestampType=TIMESTAMP_NTZ",
          "-Dspark.sql.datetime.java8API.enabled=true",
          "-Dspark.sql.files.maxRecordsPerFile=1",
          "-Dspark.sql.files.ignoreCorruptFiles=true",
          "-Dspark.sql.parquet.writeLegacyFormat=true",
          "-Dspark.sql.parquet.outputTimestampType=INT96",
          "-Dspark.sql.session.timeZone=Asia/Kathmandu",
          "-Dspark.sql.sources.useV1SourceList=",
          "-Dspark.hadoop.mapreduce.fileoutputcommitter.algorithm.version=2",
          "-Dspark.ui.enabled=false");

  @Test
  void aClustersSettingsAllAtOnceChangeNoRow() throws Exception {
    List<String> options = new ArrayList<>(CLUSTER);
    options.add("-Dspark.kryo.registrationRequired=true");
    run(options);
  }

  private void run(List<String> options) throws Exception {
    File log = folder.resolve("run.log").toFile();
    List<String> arguments =
        new ArrayList<>(List.of(labels().toString(), photos.toString(), String.valueOf(CHUNK)));
    Process process = TestingProcess.start(folder, log, options, arguments.toArray(String[]::new));
    assertThat(process.waitFor()).as(Files.readString(log.toPath())).isZero();
    assertThat(table(labels())).isEqualTo(undisturbed);
  }

  private Path labels() {
    return folder.resolve("labels");
  }

  private static Table table(Path labels) throws IOException {
    List<Row> rows =
        TestingSpark.session()
            .read()
            .schema(LabelTable.schema())
            .parquet(labels.toString())
            .drop("labeled_at")
            .orderBy("image_uri")
            .collectAsList();
    List<String> parts = new ArrayList<>();
    Set<String> schemas = new TreeSet<>();
    try (Stream<Path> files = Files.list(labels)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList()) {
        parts.add(file.getFileName().toString());
        schemas.add(parquetSchema(file));
      }
    }
    return new Table(rows, parts, schemas);
  }

  private static String parquetSchema(Path file) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toString());
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(path, new Configuration()))) {
      return reader.getFileMetaData().getSchema().toString();
    }
  }
}
