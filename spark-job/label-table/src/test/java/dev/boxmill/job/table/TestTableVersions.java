package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.schemas.BoxField;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code labels-v1.parquet} was written by {@link LabelWriter} when version 1 was the newest, from
 * {@link #rows}. It is never written again: every reader of labels reads it for ever.
 */
final class TestTableVersions {

  private static final RunColumns RUN = new RunColumns("detr-resnet-50", "clip", "5f2c9a");
  private static final Instant LABELED_AT = Instant.parse("2026-02-03T04:05:06.123456Z");

  private static final String FLAT =
      "select label, box_number, score, x_max from label_boxes order by box_number";

  private final SparkSession spark = TestingSpark.session();

  @TempDir private Path folder;

  @Test
  void versionOneIsReadForEver() throws Exception {
    Dataset<Row> table = TableCheck.read(spark, kept(), List.of(kept()));

    assertThat(table.orderBy("image_uri").collectAsList()).isEqualTo(expected());
    assertThat(new LabelWriter(spark).read(kept()).orderBy("image_uri").collectAsList())
        .isEqualTo(expected());
    Row first = table.orderBy("image_uri").first();
    assertThat(LabelRows.labeledBox(first.<Row>getList(7).get(0))).isEqualTo(box());
  }

  @Test
  void whatIsWrittenNowHasTheColumnsOfVersionOne() throws Exception {
    Path written = written();
    Dataset<Row> kept = spark.read().parquet(kept().toString());
    Dataset<Row> now = spark.read().parquet(written.toString());

    assertThat(now.schema().toDDL()).startsWith(kept.schema().toDDL());
    assertThat(now.orderBy("image_uri").collectAsList()).isEqualTo(expected());
  }

  @Test
  void filesSayWhatTheyAre() throws Exception {
    for (org.apache.hadoop.fs.Path file :
        List.of(kept(), new org.apache.hadoop.fs.Path(written().toUri()))) {
      assertThat(metadata(file))
          .containsEntry("boxmill.label_table_version", "1")
          .containsEntry("boxmill.box_convention", LabelColumn.BOX_CONVENTION)
          .hasEntrySatisfying(
              "org.apache.spark.sql.parquet.row.metadata",
              columns -> assertThat(columns).contains("by descending score"));
    }
  }

  @Test
  void duckDbViewsAreFlat() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(view("duckdb").replace("labels/*.parquet", kept().toUri().getPath()));
      requireFlat(statement.executeQuery(FLAT));
    }
  }

  @Test
  void sparkViewsAreFlat() throws Exception {
    String views = view("spark").replace("`labels`", "`" + kept() + "`");
    for (String one : views.split(";")) {
      if (!one.isBlank()) {
        spark.sql(one);
      }
    }
    assertThat(spark.sql(FLAT).collectAsList())
        .extracting(
            row -> row.getString(0) + " " + row.get(1) + " " + row.get(2) + " " + row.get(3))
        .containsExactly("cat 1 0.9 110.5", "dog 2 0.25 33.0");
    assertThat(spark.sql("select * from label_images").count()).isEqualTo(3);
    assertThat(spark.table("label_images").columns()).doesNotContain("boxes");
  }

  @Test
  void trinoHasTheColumnsAndTheirComments() throws Exception {
    String trino = view("trino");

    for (LabelColumn column : LabelColumn.values()) {
      assertThat(trino)
          .contains("\n  " + column.columnName() + " ")
          .contains(" comment '" + column.meaning().replace("'", "''") + "'");
    }
    for (BoxField field : BoxField.values()) {
      assertThat(trino).contains("\n    " + field.columnName() + " ");
    }
  }

  private static void requireFlat(ResultSet boxes) throws Exception {
    assertThat(boxes.next()).isTrue();
    assertThat(boxes.getString(1)).isEqualTo("cat");
    assertThat(boxes.getInt(2)).isEqualTo(1);
    assertThat(boxes.getFloat(4)).isEqualTo(110.5f);
    assertThat(boxes.next()).isTrue();
    assertThat(boxes.getString(1)).isEqualTo("dog");
    assertThat(boxes.next()).isFalse();
  }

  private List<Row> expected() {
    return spark.createDataFrame(rows(), LabelTable.schema()).collectAsList();
  }

  private Path written() throws IOException {
    Path output = folder.resolve("written");
    LabelWriter writer = new LabelWriter(spark);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    writer.writeChunk(
        writer.rows(context.parallelize(rows())), new org.apache.hadoop.fs.Path(output.toUri()));
    try (Stream<Path> files = Files.list(output)) {
      return files
          .filter(file -> file.toString().endsWith(".zstd.parquet"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Map<String, String> metadata(org.apache.hadoop.fs.Path file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, new Configuration()))) {
      return reader.getFileMetaData().getKeyValueMetaData();
    }
  }

  private static String view(String dialect) throws IOException {
    String resource = "views/" + dialect + ".sql";
    try (var stream = LabelColumn.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static org.apache.hadoop.fs.Path kept() throws URISyntaxException {
    return new org.apache.hadoop.fs.Path(
        TestTableVersions.class.getResource("labels-v1.parquet").toURI());
  }

  private static LabeledBox box() {
    Corners now = new Corners(10.25f, 20.5f, 110.5f, 220.75f);
    return new LabeledBox(17, "cat", 0.9f, now, new Corners(9, 19, 111, 222));
  }

  static List<Row> rows() {
    Corners other = new Corners(0, 1.5f, 33, 44);
    Optional<ImageSize> size = Optional.of(new ImageSize(400, 300));
    Optional<String> sha = Optional.of("9f86d081884c7d659a2feaa0c55ad015");
    LabeledBox dog = new LabeledBox(18, "dog", 0.25f, other, other);
    List<LabelRow> rows =
        List.of(
            new LabelRow.Labeled("s3a://photos/1.jpg", sha, size, List.of(box(), dog)),
            new LabelRow.Labeled("s3a://photos/2.jpg", sha, size, List.of()),
            new LabelRow.Failed(
                "s3a://photos/3.jpg",
                Optional.empty(),
                Optional.empty(),
                ErrorCategory.UNREADABLE,
                "cut off"));
    return rows.stream().map(row -> LabelRows.row(row, RUN, LABELED_AT)).toList();
  }
}
