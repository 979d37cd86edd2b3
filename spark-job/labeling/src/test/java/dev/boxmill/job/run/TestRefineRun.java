package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.RefiningJob.RefineOptions;
import dev.boxmill.job.storage.CrashingDisk;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables of the embedded detector, refined again: as if they were labeled from the images, without
 * detecting.
 */
final class TestRefineRun {

  /** Corners go through float32 shares of the image and back. */
  private static final float PIXEL = 0.01f;

  private static final int IMAGES = 4;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path photos;
  private static String candidates;

  @BeforeAll
  static void labelOnce() throws IOException {
    photos = photos(Files.createDirectory(shared.resolve("photos")));
    candidates = shared.resolve("candidates").toString();
    TestingRun.of(Path.of(candidates), photos)
        .refiners("none")
        .chunksOf(2)
        .run(new DetectorLabelerProvider());
  }

  /** Some of the bundled scenes, and one that is none. */
  private static Path photos(Path folder) throws IOException {
    for (int i = 0; i < IMAGES; i++) {
      Files.write(folder.resolve(i + ".jpg"), scene(i));
    }
    Files.writeString(folder.resolve("none.jpg"), "no picture");
    return folder;
  }

  private static byte[] scene(int number) throws IOException {
    String name = "images/scene-00000%d.jpg".formatted(number);
    return BundledSamples.class.getResourceAsStream(name).readAllBytes();
  }

  @Test
  void refinersThatLookAtFeaturesGiveWhatLabelingAnewGives() {
    String fromImages = path("from-images");
    label(photos, fromImages, "refinebox", 0.5);
    TestingOutcome refined = refineAbove(0.5, candidates, "again", "refinebox");

    assertThat(refined.summary()).contains("5 images: 4 labeled, 1 failed (unreadable 1)");
    assertThat(refined.report().failedTooOften()).isTrue();
    assertThat(refined.console()).contains("images are read again");
    assertAlike(rows(fromImages), rows(path("again")));
    assertThat(columns(path("again"), LabelColumn.REFINERS, LabelColumn.MODEL))
        .isEqualTo(columns(fromImages, LabelColumn.REFINERS, LabelColumn.MODEL))
        .hasSize(1);
    assertThat(columns(path("again"), LabelColumn.FINGERPRINT))
        .isEqualTo(columns(fromImages, LabelColumn.FINGERPRINT));
  }

  @Test
  void aTableWithoutDuplicatesIsRefinedAgainAndSaysSo() {
    String own = path("own");
    TestingRun.of(Path.of(own), photos)
        .refiners("refinebox", "merge-duplicates")
        .run(new DetectorLabelerProvider());
    TestingOutcome same = refine(own, "same", "refinebox", "merge-duplicates");
    TestingOutcome other = refine(own, "other", "none");

    assertThat(same.console()).doesNotContain("duplicates");
    assertAlike(rows(own), rows(path("same")));
    assertThat(columns(path("same"), LabelColumn.FINGERPRINT))
        .isEqualTo(columns(own, LabelColumn.FINGERPRINT));
    assertThat(other.console())
        .contains("; duplicates stay left out, as after merge-duplicates:iou=0.7");
    assertThat(columns(path("other"), LabelColumn.FINGERPRINT))
        .isNotEqualTo(columns(candidates, LabelColumn.FINGERPRINT));
    assertThat(refine(path("other"), "again", "none").console()).contains("duplicates stay left");
  }

  @Test
  void labelingTakesTheNewTableForItsOwn() {
    refineAbove(0.5, candidates, "again", "refinebox");
    assertThat(label(photos, path("again"), "refinebox", 0.5).summary())
        .contains("0 images in this run");
  }

  @Test
  void refinersThatLookAtBoxesNeedNoImage() throws IOException {
    Path own = photos(Files.createDirectory(folder.resolve("own")));
    label(own, path("table"), "none", 0.05);
    label(own, path("from-images"), "merge-duplicates:iou=0.6", 0.3);
    remove(own);
    TestingOutcome refined = refineAbove(0.3, path("table"), "again", "merge-duplicates:iou=0.6");

    assertThat(refined.summary()).contains("5 images: 4 labeled, 1 failed");
    assertThat(refined.console()).contains("no image is read");
    assertAlike(rows(path("from-images")), rows(path("again")));
    assertThat(columns(path("again"), LabelColumn.FINGERPRINT))
        .isEqualTo(columns(path("from-images"), LabelColumn.FINGERPRINT));
  }

  @Test
  void aKillAtAnyWriteIsHealedByTheSameCommand() {
    Configuration hadoop = TestingSpark.session().sparkContext().hadoopConfiguration();
    CrashingDisk.serve(hadoop);
    try {
      CrashingDisk.crashAfter(Long.MAX_VALUE);
      refine(candidates, "undisturbed", "clip");
      for (long moment : CrashingDisk.moments(CrashingDisk.changes())) {
        CrashingDisk.crashAfter(moment);
        try {
          refine(candidates, "again", "clip");
        } catch (Exception killed) { // Spark throws checked ones that it does not declare
          assertThat(CrashingDisk.survived()).as("%s", killed).isFalse();
        }
      }
      CrashingDisk.crashAfter(Long.MAX_VALUE);
      refine(candidates, "again", "clip");
    } finally {
      CrashingDisk.crashAfter(Long.MAX_VALUE);
      CrashingDisk.remove(hadoop);
    }
    assertThat(rows(path("again"))).isEqualTo(rows(path("undisturbed")));
  }

  @Test
  void aThresholdAloneChangesNoBoxThatStays() {
    refine(candidates, "same", "none");
    refineAbove(0.5, candidates, "above", "none");

    assertThat(rows(path("same"))).isEqualTo(rows(candidates));
    rows(candidates)
        .forEach(
            (uri, row) ->
                assertThat(boxes(rows(path("above")).get(uri)))
                    .isEqualTo(boxes(row).stream().filter(box -> box.score() > 0.5f).toList()));
  }

  @Test
  void refinedBoxesAreRefinedAnewFromTheDetectorsOwn() {
    refine(candidates, "boxed", "refinebox");
    refine(path("boxed"), "plain", "none");

    assertThat(boxes(rows(path("boxed")).values()))
        .anyMatch(box -> !box.corners().equals(box.detectorCorners()));
    assertThat(rows(path("plain"))).isEqualTo(rows(candidates));
  }

  @Test
  void imagesThatChangedSinceOrAreGoneCostTheirRow() throws IOException {
    Path own = photos(Files.createDirectory(folder.resolve("own")));
    label(own, path("table"), "none", 0.05);
    Files.write(own.resolve("0.jpg"), scene(7));
    Files.delete(own.resolve("1.jpg"));

    assertThat(refine(path("table"), "again", "refinebox").summary())
        .contains("2 labeled, 3 failed (storage 2, unreadable 1)");
    assertThat(rows(path("again")).values())
        .filteredOn(LabelRow.Failed.class::isInstance)
        .extracting(row -> ((LabelRow.Failed) row).message())
        .anyMatch(message -> message.endsWith("0.jpg: the image has changed since it was labeled"))
        .anyMatch(message -> message.endsWith("1.jpg: it does not exist"));
  }

  @Test
  void imagesInArchivesAndTablesAreReadAgainToo() throws IOException {
    Path own = Files.createDirectory(folder.resolve("own"));
    try (OutputStream file = Files.newOutputStream(own.resolve("some.tar"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
      put(tar, "1.jpg", scene(1));
      put(tar, "none.jpg", "no picture".getBytes(StandardCharsets.UTF_8));
      put(tar, "2.jpg", scene(2));
    }
    Dataset<Row> files =
        TestingSpark.session().read().format("binaryFile").load(photos.resolve("3.jpg").toString());
    files
        .selectExpr("'three' AS path", "content", "3 AS id")
        .write()
        .parquet(own.resolve("table").toString());
    for (String refiner : List.of("none", "refinebox")) {
      assertThat(
              TestingRun.of(Path.of(path(refiner)), own.resolve("some.tar"), own.resolve("table"))
                  .refiners(refiner)
                  .keeping("id")
                  .run(new DetectorLabelerProvider())
                  .failure())
          .isNull();
    }

    assertThat(refine(path("none"), "again", "refinebox").summary())
        .contains("4 images: 3 labeled, 1 failed");
    assertAlike(rows(path("refinebox")), rows(path("again")));
    assertThat(refine(path("none"), "boxes", "none").summary()).contains("3 labeled, 1 failed");
    for (String table : List.of("refinebox", "again", "boxes")) {
      assertThat(
              TestingSpark.session()
                  .read()
                  .parquet(path(table))
                  .where("kept.id = 3 AND image_uri LIKE '%three'")
                  .count())
          .as(table)
          .isOne();
    }
  }

  @Test
  void aRunThatWasCutOffGoesOn() throws IOException {
    refineAbove(0.2, candidates, "whole", "clip");
    refineAbove(0.2, candidates, "again", "clip");
    Path part;
    try (Stream<Path> files = Files.list(Path.of(path("again")))) {
      part = files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList().get(1);
    }
    long rows = TestingSpark.session().read().parquet(part.toString()).count();
    Files.delete(part);
    Files.delete(Path.of(path("again"), "_SUCCESS"));

    assertThat(refineAbove(0.2, candidates, "again", "clip").summary())
        .contains((rows == 1 ? "1 image" : rows + " images") + " in");
    assertThat(rows(path("again"))).isEqualTo(rows(path("whole")));
    assertThat(refineAbove(0.2, candidates, "again", "clip").summary())
        .contains("0 images in this run");
  }

  @Test
  void aPluginThatAsksForFeatureMapsGetsThem() throws IOException {
    Path jar = PluginJar.pack(folder, "com.example.SeeingPlugin", SEEING);

    assertThat(
            TestingRun.withPlugin(jar, () -> refineAbove(0.5, candidates, "again", "seeing"))
                .summary())
        .contains("4 labeled, 1 failed");
    assertThat(boxes(rows(path("again")).values()))
        .isNotEmpty()
        .allMatch(box -> box.score() > 0.9f && box.corners().equals(box.detectorCorners()));
  }

  private static final String SEEING =
      """
      package com.example;

      import dev.boxmill.refiners.spi.*;
      import dev.boxmill.schemas.Detection;
      import java.util.List;

      /** Sets all scores to 1 if each image has four maps of the detector's channels. */
      public final class SeeingPlugin implements RefinerPlugin, RefinerFactory {
        public List<RefinerFactory> factories() {
          return List.of(this);
        }

        public String name() {
          return "seeing";
        }

        public List<RefinerOption> options() {
          return List.of();
        }

        public BoxRefiner create(RefinerOptions options, RefinerContext context) {
          return new BoxRefiner() {
            public List<List<Detection>> refine(ImageBatch batch) {
              for (int level = 0; level < 4; level++) {
                List<Long> shape = batch.features().levels().get(level).values().shape();
                if (shape.get(0) != batch.count()
                    || shape.get(1) != (long) context.featureChannels().get(level)) {
                  throw new IllegalStateException("maps of shape " + shape);
                }
              }
              return batch.detections().stream()
                  .map(found -> found.stream().map(one -> one.withScore(1)).toList())
                  .toList();
            }

            public void close() {}
          };
        }
      }
      """;

  @Test
  void requestsThatCannotWorkAreRefused() throws IOException {
    assertRefused(
        refineAbove(0.01, candidates, "again"),
        "Cannot refine labels file://%s: it has no boxes that score 0.05 or less, and --min-score"
            + " is 0.01 (label the images again with a lower --min-score)",
        candidates);
    assertRefused(refine(candidates, "again", "sharpen"), "Unknown refiner 'sharpen'");
    assertRefused(refine("/nowhere", "again"), "Cannot read labels file:///nowhere: there is no");
    assertRefused(
        refine(candidates, candidates),
        "Cannot write labels to file://%1$s: it holds the input file://%1$s",
        candidates);
    assertRefused(
        refine(candidates, candidates + "/again"),
        "Cannot write labels to file://%s/again: it lies in the labels to refine",
        candidates);
    assertThat(Path.of(path("again"))).doesNotExist();
  }

  @Test
  void tablesThatLackCandidatesAreRefused() throws IOException {
    refine(candidates, "clipped", "clip");
    assertRefused(
        refine(path("clipped"), "again"),
        "its refiners, clip:min-size=1.0, may have dropped boxes or changed scores (refine labels"
            + " that were made with --refiner none");
    Files.delete(Path.of(path("clipped"), "_boxmill", "run.json"));
    assertRefused(
        refine(path("clipped"), "again"), "it has no _boxmill/run.json that says how they were");
  }

  @Test
  void anotherDetectorOrAnotherTableIsNotMixedIn() throws IOException {
    Path other = Files.createDirectory(folder.resolve("detector"));
    for (String name : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
      Files.copy(EmbeddedDetector.directory().resolve(name), other.resolve(name));
    }
    assertThat(refineWith(other, "moved").console()).contains("Labels file://" + candidates);
    assertThat(columns(path("moved"), LabelColumn.MODEL).get(0).getString(0)).endsWith("/detector");

    Path config = other.resolve("preprocessor_config.json");
    Files.writeString(config, Files.readString(config) + "\n");
    assertRefused(
        refineWith(other, "again"),
        "another detector made it than file:" + other + " (name that one with --detector)");

    label(photos, path("table"), "none", 0.05);
    refine(candidates, "mine", "clip");
    assertRefused(
        refine(path("table"), "mine", "clip"),
        "it holds labels that were not made of file://%s (--overwrite replaces them",
        path("table"));
    RefineRequest replacing =
        new RefineRequest(
            path("table"),
            path("mine"),
            ExistingLabels.REPLACE,
            options("", OptionalDouble.empty(), "clip"),
            0.01);
    assertThat(run(replacing).summary()).contains("5 images: 4 labeled");
  }

  private static void assertRefused(TestingOutcome outcome, String message, Object... values) {
    assertThat(outcome.refusal()).contains(message.formatted(values));
  }

  private static void assertAlike(Map<String, LabelRow> expected, Map<String, LabelRow> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (uri, row) -> {
          LabelRow other = actual.get(uri);
          assertThat(other.imageSha256()).isEqualTo(row.imageSha256());
          assertThat(other.size()).isEqualTo(row.size());
          assertThat(other).hasSameClassAs(row);
          assertThat(boxes(other)).as(uri).hasSameSizeAs(boxes(row));
          for (int i = 0; i < boxes(row).size(); i++) {
            assertAlike(boxes(row).get(i), boxes(other).get(i));
          }
        });
  }

  private static void assertAlike(LabeledBox expected, LabeledBox actual) {
    assertThat(actual.label()).isEqualTo(expected.label());
    assertThat(actual.labelId()).isEqualTo(expected.labelId());
    assertThat(actual.score()).isEqualTo(expected.score(), within(1e-5f));
    assertThat(actual.detectorCorners().xMin())
        .isEqualTo(expected.detectorCorners().xMin(), within(PIXEL));
    for (Function<Corners, Float> side :
        List.<Function<Corners, Float>>of(
            Corners::xMin, Corners::yMin, Corners::xMax, Corners::yMax)) {
      assertThat(side.apply(actual.corners()))
          .isEqualTo(side.apply(expected.corners()), within(PIXEL));
    }
  }

  private static List<LabeledBox> boxes(LabelRow row) {
    return row instanceof LabelRow.Labeled labeled ? labeled.boxes() : List.of();
  }

  private static List<LabeledBox> boxes(Iterable<LabelRow> rows) {
    Stream.Builder<LabeledBox> boxes = Stream.builder();
    rows.forEach(row -> boxes(row).forEach(boxes));
    return boxes.build().toList();
  }

  private static Map<String, LabelRow> rows(String table) {
    Map<String, LabelRow> rows = new TreeMap<>();
    for (Row row : table(table).collectAsList()) {
      LabelRow known = LabelRows.labelRow(row);
      assertThat(rows.put(known.imageUri(), known)).isNull();
    }
    return rows;
  }

  private static List<Row> columns(String table, LabelColumn... columns) {
    String[] names = Arrays.stream(columns).map(LabelColumn::columnName).toArray(String[]::new);
    return table(table).selectExpr(names).distinct().collectAsList();
  }

  private static Dataset<Row> table(String table) {
    return new LabelWriter(TestingSpark.session()).read(new org.apache.hadoop.fs.Path(table));
  }

  private static TestingOutcome label(Path input, String output, String refiner, double minScore) {
    return TestingRun.of(Path.of(output), input)
        .refiners(refiner)
        .minScore(minScore)
        .run(new DetectorLabelerProvider());
  }

  /** Into a table of that name. */
  private TestingOutcome refine(String table, String output, String... refiners) {
    return run(table, output, options("", OptionalDouble.empty(), refiners));
  }

  private TestingOutcome refineAbove(
      double minScore, String table, String output, String... refiners) {
    return run(table, output, options("", OptionalDouble.of(minScore), refiners));
  }

  /** The detector lies there now. */
  private TestingOutcome refineWith(Path detector, String output) {
    return run(candidates, output, options(detector.toString(), OptionalDouble.empty()));
  }

  private static RefineOptions options(
      String detector, OptionalDouble minScore, String... refiners) {
    return new RefineOptions(
        detector, List.of(refiners), minScore, LabelSettings.DEFAULT_MAX_PIXELS);
  }

  private TestingOutcome run(String table, String output, RefineOptions options) {
    return run(new RefineRequest(table, path(output), ExistingLabels.CONTINUE, options, 0.01));
  }

  private static TestingOutcome run(RefineRequest request) {
    return TestingOutcome.of(
        console -> new RefineRun(TestingSpark.session(), console).run(request));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
