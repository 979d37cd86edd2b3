package dev.boxmill.job.run;

import static dev.boxmill.job.session.TestingLabeler.picture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.table.LabelTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestLabelRun {

  @TempDir Path folder;

  @Test
  void folderOfImagesGivesOneRowEach() throws IOException {
    Path photos = photos(100);

    assertThat(label(photos).run().summary())
        .contains("100 images: 100 labeled, 0 failed")
        .contains("Labels: " + TestingSpark.uri(folder.resolve("labels")));
    assertThat(rows()).hasSize(100);
    assertThat(rows().get(7).getString(0)).isEqualTo(TestingSpark.uri(photos.resolve("0007.jpg")));
    assertThat(TestingLabeler.OPEN).hasValue(0);
  }

  @Test
  void tableIsReadByDuckDbWithTheContractsColumns() throws Exception {
    label(photos(3)).refiners("clip").detector("d").run();

    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement()) {
      ResultSet columns =
          statement.executeQuery("DESCRIBE SELECT * FROM '" + labels() + "/*.parquet'");
      List<String> found = new ArrayList<>();
      while (columns.next()) {
        found.add(columns.getString(1) + " " + columns.getString(2));
      }
      assertThat(found)
          .containsExactly(
              "image_uri VARCHAR",
              "image_sha256 VARCHAR",
              "width INTEGER",
              "height INTEGER",
              "status VARCHAR",
              "error_category VARCHAR",
              "error_message VARCHAR",
              "boxes STRUCT(label_id INTEGER, \"label\" VARCHAR, score FLOAT, x_min FLOAT,"
                  + " y_min FLOAT, x_max FLOAT, y_max FLOAT, detector_x_min FLOAT,"
                  + " detector_y_min FLOAT, detector_x_max FLOAT, detector_y_max FLOAT,"
                  + " refinement_iou FLOAT)[]",
              "box_count INTEGER",
              "max_score FLOAT",
              "model VARCHAR",
              "refiners VARCHAR",
              "fingerprint VARCHAR",
              "labeled_at TIMESTAMP WITH TIME ZONE");
      ResultSet row =
          statement.executeQuery(
              "SELECT width, height, box_count, max_score, boxes[1].label, boxes[1].x_max,"
                  + " boxes[1].refinement_iou, model, refiners, fingerprint,"
                  + " labeled_at > now() - INTERVAL 1 HOUR, labeled_at <= now()"
                  + " FROM '"
                  + labels()
                  + "/*.parquet' ORDER BY image_uri");
      row.next();
      List<String> values = new ArrayList<>();
      for (int column = 1; column <= 12; column++) {
        values.add(row.getString(column));
      }
      assertThat(values)
          .containsExactly(
              "10", "20", "2", "0.75", "high", "5.0", "0.5", "d", "clip", "f00d", "true", "true");
    }
  }

  @Test
  void tableLiesInOneFileWithItsVersionAndZstd() throws IOException {
    label(photos(100)).run();

    try (Stream<Path> files = Files.list(folder.resolve("labels"))) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> !n.startsWith(".")))
          .hasSize(3)
          .contains("_SUCCESS", "_boxmill")
          .anyMatch(name -> name.endsWith(".zstd.parquet"));
    }
    StructField first = TestingSpark.session().read().parquet(labels()).schema().fields()[0];
    assertThat(first.metadata().getLong("boxmill.label_table_version")).isEqualTo(1);
    assertThat(first.getComment().get()).startsWith("where it was read");
  }

  @Test
  void unreadableImagesCostTheirOwnRowOnly() throws IOException {
    Path photos = photos(50);
    Files.writeString(photos.resolve("0004.jpg"), "garbage");
    Files.write(photos.resolve("0005.jpg"), new byte[0]);
    Files.writeString(
        folder.resolve("list.txt"), TestingSpark.uri(photos.resolve("missing.jpg")) + "\n");

    TestingOutcome run = label(photos, folder.resolve("list.txt")).mayFail(0.01).run();

    assertThat(run.summary()).contains("51 images: 48 labeled, 3 failed (storage 1, unreadable 2)");
    assertThat(run.report().failedTooOften()).isTrue();
    assertThat(run.report().failureRate()).isEqualTo(3.0 / 51);
    List<Row> rows = rows();
    assertThat(rows).hasSize(51);
    Row corrupt = rows.get(4);
    assertThat(corrupt.<String>getAs("status")).isEqualTo("failed");
    assertThat(corrupt.<String>getAs("error_category")).isEqualTo("unreadable");
    assertThat(corrupt.<String>getAs("error_message")).startsWith("Cannot decode file:///");
    assertThat(corrupt.<Integer>getAs("width")).isNull();
    assertThat(corrupt.getList(7)).isEmpty();
    assertThat(corrupt.<Integer>getAs("box_count")).isZero();
    assertThat(corrupt.<Float>getAs("max_score")).isNull();
    assertThat(rows.get(50).<String>getAs("error_category")).isEqualTo("storage");
  }

  @Test
  void failuresWithinTheAllowedRateAreGood() throws IOException {
    Path photos = photos(10);
    Files.writeString(photos.resolve("0004.jpg"), "garbage");

    assertThat(label(photos).mayFail(0.1).run().report().failedTooOften()).isFalse();
  }

  @Test
  void runWithoutInputLabelsTheSamples() {
    assertThat(label().run().summary())
        .contains("12 images: 0 labeled, 12 failed (unreadable 12)")
        .contains("Labels: " + TestingSpark.uri(folder.resolve("labels")));
    assertThat(rows().get(0).getString(0))
        .isEqualTo(TestingSpark.uri(folder.resolve("boxmill-samples/images/scene-000000.jpg")));
  }

  @Test
  void badRequestsWithoutInputUnpackNoSamples() throws IOException {
    label(photos(2)).run();

    assertThat(label().refiners("clip").run().refusal())
        .contains("it holds labels made with refiners none, now clip");
    assertThat(TestingRun.of(folder.resolve("other")).detector("missing").run().refusal())
        .contains("Cannot read detector missing");
    assertThat(TestingRun.of(folder.resolve("boxmill-samples")).run().refusal())
        .contains("it holds the input");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("labels", "photos");
    }
  }

  @Test
  void metricsLieBesideTheLabels() throws IOException {
    Path photos = photos(9);
    Files.writeString(photos.resolve("0004.jpg"), "garbage");

    label(photos).run();

    JsonNode metrics =
        new ObjectMapper().readTree(folder.resolve("labels/_boxmill/metrics.json").toFile());
    assertThat(metrics.get("inputs").asLong()).isEqualTo(9);
    assertThat(metrics.get("ok").asLong()).isEqualTo(8);
    assertThat(metrics.get("failures").get("unreadable").asLong()).isEqualTo(1);
    assertThat(metrics.get("boxes").asLong()).isEqualTo(16);
    assertThat(metrics.get("images_per_second").asDouble()).isPositive();
    assertThat(metrics.get("time").get("task_seconds").asDouble()).isPositive();
    assertThat(metrics.get("time").get("slots_busy").asDouble()).isBetween(0.0, 1.0);
    assertThat(metrics.get("output").asText())
        .isEqualTo(TestingSpark.uri(folder.resolve("labels")));
  }

  @Test
  void labelsMadeOtherwiseAreNotMixed() throws IOException {
    Path photos = photos(2);
    label(photos).run();
    List<Row> before = rows();
    photos(3);

    assertThat(label(photos).refiners("clip").run().refusal())
        .isEqualTo(
            "Cannot write labels to "
                + TestingSpark.uri(folder.resolve("labels"))
                + ": it holds labels made with refiners none, now clip"
                + " (--overwrite replaces them, or name another folder)");
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void runOverAGrownInputLabelsOnlyWhatIsNew() throws IOException {
    Path photos = photos(5);
    label(photos).chunksOf(2).run();
    List<Row> before = rows();
    photos(8);

    assertThat(label(photos).chunksOf(2).run().summary())
        .contains("8 images: 8 labeled, 0 failed")
        .contains("3 images in this run, the others before");
    assertThat(rows()).hasSize(8).startsWith(before.toArray(Row[]::new));
    assertThat(parts()).hasSize(5);
    List<Row> grown = rows();
    assertThat(label(photos).run().summary()).contains("0 images in this run");
    assertThat(rows()).isEqualTo(grown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"part", "half a part", "list", "no list"})
  void damageIsNamedAndTheRemedyLabelsItsImagesAlone(String damage) throws IOException {
    Path photos = photos(6);
    label(photos).chunksOf(2).run();
    List<Row> before = rows();
    Path part = folder.resolve("labels").resolve(parts().get(1));
    Path list =
        folder.resolve(
            "labels/_boxmill/chunks/"
                + part.getFileName().toString().replaceAll("part-|\\.zstd\\.parquet", "")
                + ".gz");
    byte[] sound = Files.readAllBytes(part);
    switch (damage) {
      case "part" -> Files.write(part, new byte[0]);
      case "half a part" -> Files.write(part, Arrays.copyOf(sound, sound.length / 2));
      case "list" -> Files.write(list, new byte[0]);
      default -> Files.delete(list);
    }

    assertThat(label(photos).chunksOf(2).run().refusal())
        .contains(damage.endsWith("part") ? part.toString() + ": it is damaged" : list.toString())
        .endsWith(
            "(delete "
                + TestingSpark.uri(part)
                + " and run again: only its images are labeled again)");
    Files.delete(part);
    assertThat(label(photos).chunksOf(2).run().summary()).contains("2 images in this run");
    assertThat(withoutTime(rows())).isEqualTo(withoutTime(before));
  }

  @Test
  void rowsOfImagesThatLeftTheInputStayAndAreCounted() throws IOException {
    Path photos = photos(5);
    label(photos).run();
    Files.delete(photos.resolve("0001.jpg"));
    assertThat(label(photos).run().summary())
        .contains("1 row is of an image that the input no longer has\n");
    Files.delete(photos.resolve("0003.jpg"));
    Files.write(photos.resolve("0007.jpg"), picture(7, 7));

    TestingOutcome grown = label(photos).run();

    assertThat(grown.summary())
        .contains("6 images: 6 labeled")
        .contains("2 rows are of images that the input no longer has\n");
    assertThat(rows()).hasSize(6);
    JsonNode metrics =
        new ObjectMapper().readTree(folder.resolve("labels/_boxmill/metrics.json").toFile());
    assertThat(metrics.get("missing").asLong()).isEqualTo(2);
    assertThat(label(photos).retryingFailed().run().summary()).doesNotContain("no longer has");
    assertThat(label(photos).replacing().run().summary())
        .contains("4 images: 4 labeled")
        .doesNotContain("no longer has");
  }

  @Test
  void imagesOfAnArchiveThatLeftAreCountedAndATableThatStayedIsNot() throws IOException {
    Path given = Files.createDirectory(folder.resolve("given"));
    try (OutputStream file = Files.newOutputStream(given.resolve("some.tar"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
      for (String name : List.of("1.jpg", "2.jpg", "3.jpg")) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(picture(10, 20).length);
        tar.putArchiveEntry(entry);
        tar.write(picture(10, 20));
        tar.closeArchiveEntry();
      }
    }
    TestingSpark.session()
        .sql("SELECT 'one' AS path, CAST('7x9' AS BINARY) AS content")
        .write()
        .parquet(given.resolve("table").toString());
    assertThat(label(given.resolve("some.tar"), given.resolve("table")).run().summary())
        .contains("4 images: 4 labeled")
        .doesNotContain("no longer has");

    assertThat(label(given.resolve("table")).run().summary())
        .contains("3 rows are of images that the input no longer has\n");
  }

  @Test
  void rowsOfImagesThatLeftTheInputAreDroppedWhenAskedTo() throws IOException {
    Path photos = photos(6);
    Files.copy(photos.resolve("0000.jpg"), photos.resolve("zero.JPG"));
    label(photos).chunksOf(2).run();
    List<Row> before = rows();
    for (String gone : List.of("0001.jpg", "0002.jpg", "0003.jpg")) {
      Files.delete(photos.resolve(gone));
    }
    Files.write(photos.resolve("0007.jpg"), picture(7, 7));

    assertThat(label(photos).droppingMissing().run().summary())
        .contains("5 images: 5 labeled")
        .contains("3 rows of images that the input no longer has were dropped\n")
        .doesNotContain("rows are of images");
    assertThat(rows()).hasSize(5).containsAll(List.of(before.get(0), before.get(4), before.get(5)));
    assertThat(label(photos).droppingMissing().run().summary())
        .contains("0 images in this run")
        .doesNotContain("dropped");
    photos(6);
    assertThat(label(photos).run().summary())
        .contains("8 images: 8 labeled")
        .contains("3 images in");
  }

  @Test
  void rowsOfATableThatLeftAreDroppedAndAnotherTablesStay() throws IOException {
    Path given = Files.createDirectory(folder.resolve("given"));
    for (String name : List.of("a", "b")) {
      TestingSpark.session()
          .sql(
              "SELECT 's3a://photos/"
                  + name
                  + ".jpg' AS path, CAST('7x9' AS BINARY) AS content UNION ALL SELECT '"
                  + name
                  + "', CAST('7x9' AS BINARY)")
          .coalesce(1)
          .write()
          .parquet(given.resolve(name).toString());
    }
    assertThat(label(given).run().summary()).contains("4 images: 4 labeled");
    Files.move(given.resolve("a"), folder.resolve("elsewhere"));

    assertThat(label(given).run().summary()).contains("2 rows are of images that the input");
    assertThat(label(given).droppingMissing().run().summary())
        .contains("2 images: 2 labeled")
        .contains("2 rows of images that the input no longer has were dropped");
    assertThat(rows())
        .extracting(row -> row.getString(0).replaceFirst(".*/", ""))
        .containsExactly("b", "b.jpg");
  }

  @Test
  void rowsOfATableUnderAnotherNameStay() throws IOException {
    Path given = Files.createDirectory(folder.resolve("given"));
    String row = "SELECT '%s' AS path, CAST('7x9' AS BINARY) AS content";
    table(given.resolve("a"), row.formatted("/photos/1.jpg") + " UNION ALL " + row.formatted("2"));
    label(given).run();
    Files.move(given.resolve("a"), given.resolve("b"));

    assertThat(label(given).droppingMissing().run().summary())
        .contains("1 row of an image that the input no longer has was dropped");
    assertThat(rows())
        .extracting(found -> found.getString(0).replaceFirst(".*!/", ""))
        .containsExactly("/photos/1.jpg", "2");
    assertThat(label(given).droppingMissing().run().summary()).contains("2 images: 2 labeled");
  }

  @Test
  void columnsOfTheInputAreCarriedAlong() throws IOException {
    Path given = Files.createDirectory(folder.resolve("given"));
    String row = "SELECT '%s' AS path, CAST('%s' AS BINARY) AS content, %s AS id, 'x' AS `a b.c`";
    table(given.resolve("1"), row.formatted("one", "7x9", "1"));
    table(given.resolve("2"), row.formatted("two", "garbage", "2"));
    assertThat(label(given).keeping("id", "a b.c").chunksOf(1).run().summary())
        .contains("2 images: 1 labeled, 1 failed");
    table(given.resolve("3"), row.formatted("three", "7x9", "CAST(NULL AS BIGINT)"));
    assertThat(label(given).keeping("id", "a b.c").run().summary()).contains("1 image in this run");
    assertThat(label(given).keeping("id", "a b.c").retryingFailed().run().summary())
        .contains("3 images: 2 labeled, 1 failed");

    assertThat(
            TestingSpark.session()
                .read()
                .parquet(labels())
                .orderBy("image_uri")
                .selectExpr("kept.id", "kept.`a b.c`", "status")
                .collectAsList())
        .extracting(Row::toString)
        .containsExactly("[1,x,ok]", "[2,x,failed]", "[null,x,ok]");
    assertThat(rows()).hasSize(3);
    assertThat(label(given).run().refusal())
        .contains("it holds labels made with keep-columns id,a b.c, now none (--overwrite");
    table(given.resolve("4"), row.formatted("four", "7x9", "'text'"));
    assertThat(label(given).keeping("id", "a b.c").run().refusal())
        .startsWith("Cannot keep column id: it is string in ")
        .endsWith(
            " and bigint in the labels that are there already (write the tables with one type, or"
                + " leave it out of --keep-columns)");
  }

  private static void table(Path folder, String rows) {
    TestingSpark.session().sql(rows).coalesce(1).write().parquet(folder.toString());
  }

  private static List<String> withoutTime(List<Row> rows) {
    return rows.stream().map(row -> row.toString().replaceAll(",[^,]*]$", "")).toList();
  }

  @Test
  void failedImagesAreTriedAgainWhenAskedTo() throws IOException {
    Path photos = photos(9);
    Files.writeString(photos.resolve("0004.jpg"), "garbage");
    Files.writeString(photos.resolve("0005.jpg"), "garbage");
    label(photos).chunksOf(3).run();
    List<Row> before = rows();
    List<String> parts = parts();
    Files.write(photos.resolve("0004.jpg"), picture(7, 7));

    assertThat(label(photos).retryingFailed().run().summary())
        .contains("9 images: 8 labeled, 1 failed (unreadable 1)")
        .contains("2 images in this run, the others before");
    assertThat(parts()).isEqualTo(parts);
    assertThat(rows()).hasSize(9);
    assertThat(rows().get(4).<String>getAs("status")).isEqualTo("ok");
    assertThat(rows().subList(0, 4)).isEqualTo(before.subList(0, 4));
    assertThat(rows().subList(6, 9)).isEqualTo(before.subList(6, 9));
  }

  @Test
  void retryNeedsLabels() throws IOException {
    assertThat(label(photos(1)).retryingFailed().run().refusal())
        .isEqualTo(
            "Cannot write labels to file://"
                + labels()
                + ": it holds no labels (label first, then --retry-failed)");
  }

  @Test
  void chunksOfAFailedRunStayAndTheSameCommandGoesOn() throws IOException {
    Path photos = photos(6);
    Files.writeString(photos.resolve("0003.jpg"), TestingLabeler.FAULT);

    TestingOutcome failed = label(photos).chunksOf(2).run();

    assertThat(failed.failure()).isNotNull();
    assertThat(failed.console())
        .contains("2 chunks of labels stay; the same command goes on with the rest");
    assertThat(rows()).hasSize(4);
    assertThat(folder.resolve("labels/_SUCCESS")).doesNotExist();
    List<Row> before = rows();

    Files.write(photos.resolve("0003.jpg"), picture(3, 3));

    assertThat(label(photos).chunksOf(2).run().failure()).isNull();
    assertThat(rows()).hasSize(6).containsAll(before);
    assertThat(folder.resolve("labels/_SUCCESS")).exists();
    assertThat(folder.resolve("labels/_boxmill/staged")).doesNotExist();
  }

  @Test
  void overwriteReplacesLabelsOnceTheNewOnesAreWhole() throws IOException {
    Path photos = photos(2);
    label(photos).run();
    photos(5);

    assertThat(label(photos).replacing().run().failure()).isNull();
    assertThat(rows()).hasSize(5);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("labels", "photos");
    }
  }

  @Test
  void overwriteThatFailsKeepsTheOldLabels() throws IOException {
    Path photos = photos(2);
    label(photos).run();
    List<Row> before = rows();
    Files.writeString(photos.resolve("0000.jpg"), TestingLabeler.FAULT);

    assertThat(label(photos).replacing().run().failure())
        .rootCause()
        .hasMessageContainingAll("Cannot write a row for file:///", "it has one, or was no input");
    assertThat(rows()).isEqualTo(before);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("labels", "photos");
    }
  }

  @Test
  void failedRunLeavesNothingBehind() throws IOException {
    Path photos = photos(2);
    Files.writeString(photos.resolve("0000.jpg"), TestingLabeler.FAULT);

    assertThat(label(photos).run().failure()).isNotNull();

    assertThat(folder.resolve("labels")).doesNotExist();
  }

  @Test
  void overwriteSparesWhatIsNoLabelTable() throws IOException {
    Path photos = photos(2);
    label(photos).run();
    Files.writeString(folder.resolve("labels/notes.txt"), "mine");

    for (Path output : List.of(folder.resolve("labels"), photos)) {
      assertThat(TestingRun.of(output, photos).replacing().run().refusal())
          .startsWith("Cannot write labels to file://" + output)
          .contains(": it holds what is no label table: ")
          .endsWith(" (name another folder)");
    }
    assertThat(photos.resolve("0000.jpg")).exists();
    assertThat(folder.resolve("labels/notes.txt")).exists();
    Files.delete(folder.resolve("labels/notes.txt"));
    assertThat(rows()).hasSize(2);
  }

  @Test
  void overwriteSparesAnOutputThatHoldsTheInput() throws IOException {
    label(photos(2)).run();

    assertThat(label(folder.resolve("labels")).replacing().run().refusal())
        .isEqualTo(
            "Cannot write labels to file://"
                + labels()
                + ": it holds the input file://"
                + labels()
                + " (name another folder)");
    assertThat(rows()).hasSize(2);
  }

  private Path photos(int count) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < count; i++) {
      Files.write(photos.resolve("%04d.jpg".formatted(i)), picture(10 + i, 20));
    }
    return photos;
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }

  private List<String> parts() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("labels"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".parquet"))
          .sorted()
          .toList();
    }
  }

  private List<Row> rows() {
    return TestingSpark.session()
        .read()
        .schema(LabelTable.schema())
        .parquet(labels())
        .orderBy("image_uri")
        .collectAsList();
  }

  private TestingRun label(Path... inputs) {
    return TestingRun.of(folder.resolve("labels"), inputs);
  }
}
