package dev.boxmill.job.fuse;

import dev.boxmill.job.fuse.WeightedBoxesFusion.TableBoxes;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabelRow.Failed;
import dev.boxmill.schemas.LabelRow.Labeled;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/**
 * From the rows of an image to the fused one. A table in which it failed takes no part; where it
 * failed in all, the fused row has the first one's reason.
 *
 * @param classes of all tables
 * @param fingerprint of what decides the fused labels
 * @param madeAt when the run began
 */
record ImageFusion(
    WeightedBoxesFusion fusion, MergedClasses classes, String fingerprint, Instant madeAt)
    implements Serializable {

  /**
   * A table's row of an image.
   *
   * @param table its number
   */
  record SourceRow(int table, Row row) implements Serializable {}

  /**
   * Fuses.
   *
   * @param rows of one image, by table
   */
  Row row(List<SourceRow> rows) {
    List<TableBoxes> boxes = new ArrayList<>();
    List<String> models = new ArrayList<>();
    List<LabelRow> known = new ArrayList<>();
    Labeled first = null;
    for (SourceRow source : rows) {
      LabelRow row = LabelRows.labelRow(source.row());
      known.add(row);
      if (row instanceof Labeled labeled) {
        first = first == null ? labeled : first;
        boxes.add(
            new TableBoxes(source.table(), labeled.boxes().stream().map(classes::rename).toList()));
        models.add(source.row().getAs(LabelColumn.MODEL.columnName()));
      }
    }
    if (first == null) {
      return LabelRows.row((Failed) known.get(0), run(models(rows)), madeAt);
    }
    Labeled fused =
        new Labeled(
            first.imageUri(),
            first.imageSha256(),
            first.size(),
            fusion.fuse(boxes, first.size().orElseThrow()));
    return LabelRows.row(fused, run(models), madeAt);
  }

  private static List<String> models(List<SourceRow> rows) {
    return rows.stream()
        .map(source -> source.row().<String>getAs(LabelColumn.MODEL.columnName()))
        .toList();
  }

  private RunColumns run(List<String> models) {
    return new RunColumns(joined(models), fusion.rules().toString(), fingerprint);
  }

  /** For example {@code embedded + detr-resnet-50}. */
  static String joined(List<String> models) {
    return models.stream().map(String::valueOf).collect(Collectors.joining(" + "));
  }
}
