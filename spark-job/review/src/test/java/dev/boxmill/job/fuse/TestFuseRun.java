package dev.boxmill.job.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMap;
import dev.boxmill.job.fuse.FuseRequest.SharedImages;
import dev.boxmill.job.fuse.FusionRules.Confidence;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.job.table.WholeTable.ExistingTable;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFuseRun {

  private static final Corners LEFT = new Corners(0, 0, 40, 40);
  private static final Corners RIGHT = new Corners(60, 0, 100, 40);

  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void everyImageHasOneRowWithItsProvenance() throws IOException {
    String first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, cat(0.75, LEFT), cat(0.5, RIGHT))
            .labeled("file:///x/b.jpg", 100, 80)
            .failed("file:///x/c.jpg", ErrorCategory.UNREADABLE, "no picture")
            .failed("file:///x/d.jpg", ErrorCategory.UNREADABLE, "no picture")
            .write(folder.resolve("first"));
    String second =
        new TestingLabels("clip:min-size=1.0")
            .labeled("file:///x/d.jpg", 100, 80, cat(0.5, LEFT))
            .labeled("file:///x/a.jpg", 100, 80, cat(0.5, LEFT))
            .labeled("file:///x/b.jpg", 100, 80, TestingLabels.box("owl", 0.5, LEFT))
            .failed("file:///x/c.jpg", ErrorCategory.UNREADABLE, "none either")
            .write(folder.resolve("second"));

    FuseReport report = fuse(first, second);

    List<Row> rows = rows();
    assertThat(rows)
        .extracting(row -> row.<String>getAs("image_uri"))
        .containsExactly(
            "file:///x/a.jpg", "file:///x/b.jpg", "file:///x/c.jpg", "file:///x/d.jpg");
    assertThat(boxes(rows.get(0)))
        .extracting(LabeledBox::label, LabeledBox::score, LabeledBox::corners)
        .containsExactly(tuple("cat", 0.625f, LEFT), tuple("cat", 0.25f, RIGHT));
    assertThat(boxes(rows.get(1))).extracting(LabeledBox::score).containsExactly(0.25f);
    assertThat(rows.get(2).<String>getAs("error_message")).isEqualTo("no picture");
    assertThat(boxes(rows.get(3))).extracting(LabeledBox::score).containsExactly(0.5f);
    assertThat(rows.get(0).<String>getAs("model")).isEqualTo("detr-resnet-50 + detr-resnet-50");
    assertThat(rows.get(3).<String>getAs("model")).isEqualTo("detr-resnet-50");
    assertThat(rows.get(0).<String>getAs("refiners"))
        .isEqualTo("fuse:weights=1.0/1.0,iou=0.55,min-score=0.0,confidence=avg");
    assertThat(Files.readString(folder.resolve("fused/_boxmill/run.json")))
        .contains("detr-resnet-50 with clip:min-size=1.0 (5f2c9a)", "\\\"3\\\":\\\"cat\\\"");
    assertThat(report.text())
        .contains(first + " (detr-resnet-50), weight 1.0: 2 boxes")
        .contains("of its classes, 1 in no other table: owl")
        .contains("4 images, 1 failed in all tables; 4 boxes");
    assertThat(warnings).isEmpty();
  }

  @Test
  void tablesOfOtherImagesAreRefusedUnlessTheCommonOnesAreAskedFor() throws IOException {
    String first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, cat(0.8, LEFT))
            .labeled("file:///x/b.jpg", 100, 80)
            .write(folder.resolve("first"));
    String second =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, cat(0.6, LEFT))
            .write(folder.resolve("second"));
    String other =
        new TestingLabels("")
            .labeled("file:///y/a.jpg", 100, 80, cat(0.6, LEFT))
            .write(folder.resolve("other"));

    requireRefused(
        "Cannot fuse labels: 1 of their images are not in all of them: file:///x/b.jpg (label the"
            + " same images, or fuse those that all have: --common-only)",
        first,
        second);
    requireRefused("Cannot fuse labels: no image is in all of them", first, other);
    assertThat(folder.resolve("fused")).doesNotExist();
    FuseReport report =
        FuseRun.write(
            request(SharedImages.COMMON, ClassMap.NONE, ExistingTable.REFUSE, first, second),
            TestingSpark.session(),
            warnings::add);
    assertThat(report.text()).contains("1 image not in all tables: left out");
    assertThat(rows()).hasSize(1);
  }

  @Test
  void classesOfOneNameAreOneClassWhateverTheirNumbers() throws IOException {
    String first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, new LabeledBox(7, "cat", 0.8f, LEFT, LEFT))
            .write(folder.resolve("first"));
    String second =
        new TestingLabels("")
            .labeled(
                "file:///x/a.jpg",
                100,
                80,
                new LabeledBox(2, "cat", 0.6f, LEFT, LEFT),
                new LabeledBox(7, "dog", 0.5f, RIGHT, RIGHT))
            .write(folder.resolve("second"));

    fuse(first, second);

    assertThat(boxes(rows().get(0)))
        .extracting(LabeledBox::labelId, LabeledBox::label)
        .containsExactly(tuple(7, "cat"), tuple(8, "dog"));
  }

  @Test
  void classesOfOtherNamesAreRefusedOrMapped() throws IOException {
    String first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, cat(0.75, LEFT))
            .write(folder.resolve("first"));
    String second =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, TestingLabels.box("Katze", 0.5, LEFT))
            .write(folder.resolve("second"));

    requireRefused(
        "have no class of one name (cat; Katze; if names differ: --class-map)", first, second);
    FuseRun.write(
        request(
            SharedImages.ALL,
            new ClassMap("map.csv", Map.of("Katze", "cat")),
            ExistingTable.REFUSE,
            first,
            second),
        TestingSpark.session(),
        warnings::add);
    assertThat(boxes(rows().get(0))).extracting(LabeledBox::score).containsExactly(0.625f);
  }

  @Test
  void whatLiesThereStaysUnlessItIsToBeReplaced() throws IOException {
    String first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, cat(0.8, LEFT))
            .write(folder.resolve("first"));
    fuse(first, first);

    requireRefused(
        "it holds labels (--overwrite replaces them, or name another folder)", first, first);
    FuseRun.write(
        request(SharedImages.ALL, ClassMap.NONE, ExistingTable.REPLACE, first, first),
        TestingSpark.session(),
        warnings::add);
    assertThat(rows()).hasSize(1);

    Files.writeString(folder.resolve("fused/notes.txt"), "mine");
    requireRefused("it holds what is no label table: notes.txt", first, first);
    assertThatThrownBy(
            () ->
                FuseRun.write(
                    new FuseRequest(
                        List.of(first, first),
                        first + "/in",
                        rules(2),
                        SharedImages.ALL,
                        ClassMap.NONE,
                        ExistingTable.REFUSE),
                    TestingSpark.session(),
                    warnings::add))
        .hasMessageContaining("lie there (name another folder)");
  }

  @Test
  void requestsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> request(SharedImages.ALL, ClassMap.NONE, ExistingTable.REFUSE, "a"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Invalid --labels: given once (must be given twice or more, once for each table)");
    assertThatThrownBy(
            () ->
                new FuseRequest(
                    List.of("a", "b"),
                    "c",
                    rules(3),
                    SharedImages.ALL,
                    ClassMap.NONE,
                    ExistingTable.REFUSE))
        .hasMessage("Invalid --weights: 3 of them (must be 2, one for each --labels)");
  }

  private void requireRefused(String reason, String... labels) {
    assertThatThrownBy(() -> fuse(labels))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(reason);
  }

  private FuseReport fuse(String... labels) throws IOException {
    return FuseRun.write(
        request(SharedImages.ALL, ClassMap.NONE, ExistingTable.REFUSE, labels),
        TestingSpark.session(),
        warnings::add);
  }

  private FuseRequest request(
      SharedImages scope, ClassMap renamed, ExistingTable existing, String... labels) {
    return new FuseRequest(
        List.of(labels),
        folder.resolve("fused").toString(),
        rules(labels.length),
        scope,
        renamed,
        existing);
  }

  private static FusionRules rules(int tables) {
    return new FusionRules(Collections.nCopies(tables, 1.0), 0.55, 0, Confidence.AVG);
  }

  private List<Row> rows() {
    return TableCheck.open(TestingSpark.session(), folder.resolve("fused").toString())
        .orderBy("image_uri")
        .collectAsList();
  }

  private static List<LabeledBox> boxes(Row row) {
    return row.<Row>getList(row.fieldIndex("boxes")).stream().map(LabelRows::labeledBox).toList();
  }

  private static LabeledBox cat(double score, Corners corners) {
    return TestingLabels.box("cat", score, corners);
  }
}
