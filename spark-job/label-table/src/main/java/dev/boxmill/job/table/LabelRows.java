package dev.boxmill.job.table;

import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Turns {@link LabelRow}s into Spark rows of {@link LabelTable#schema}, and boxes back. */
public final class LabelRows {

  public static final String OK = "ok";
  public static final String FAILED = "failed";

  private LabelRows() {}

  /** The row as a table holds it that carries columns along. */
  public static Row row(
      LabelRow row, RunColumns run, Instant labeledAt, KeptColumns columns, Optional<Row> kept) {
    Row contract = row(row, run, labeledAt);
    if (columns.isEmpty()) {
      return contract;
    }
    Object[] values = Arrays.copyOf(values(contract), contract.size() + 1);
    values[contract.size()] = kept.orElse(null);
    return RowFactory.create(values);
  }

  private static Object[] values(Row row) {
    return IntStream.range(0, row.size()).mapToObj(row::get).toArray();
  }

  /** What a row carries along; empty if nothing. */
  public static Optional<Row> kept(Row row, KeptColumns columns) {
    return columns.isEmpty() ? Optional.empty() : Optional.ofNullable(row.getAs(KeptColumns.NAME));
  }

  /** The row as the table holds it. */
  public static Row row(LabelRow row, RunColumns run, Instant labeledAt) {
    if (row instanceof LabelRow.Labeled labeled) {
      return labeled(labeled, run, labeledAt);
    }
    if (row instanceof LabelRow.Failed failed) {
      return failed(failed, run, labeledAt);
    }
    throw new IllegalArgumentException("Unknown kind of label row: " + row.getClass().getName());
  }

  private static Row labeled(LabelRow.Labeled row, RunColumns run, Instant labeledAt) {
    List<LabeledBox> boxes = row.boxes();
    Float maxScore = boxes.isEmpty() ? null : boxes.get(0).score();
    return columns(row, run, labeledAt, OK, null, null, boxes, maxScore);
  }

  private static Row failed(LabelRow.Failed row, RunColumns run, Instant labeledAt) {
    return columns(row, run, labeledAt, FAILED, row.category(), row.message(), List.of(), null);
  }

  private static Row columns(
      LabelRow row,
      RunColumns run,
      Instant labeledAt,
      String status,
      ErrorCategory category,
      String message,
      List<LabeledBox> boxes,
      Float maxScore) {
    return RowFactory.create(
        row.imageUri(),
        row.imageSha256().orElse(null),
        row.size().map(ImageSize::width).orElse(null),
        row.size().map(ImageSize::height).orElse(null),
        status,
        category == null ? null : category.columnValue(),
        message,
        boxes.stream().map(LabelRows::box).toArray(),
        boxes.size(),
        maxScore,
        run.model(),
        run.refiners(),
        run.fingerprint(),
        Timestamp.from(labeledAt));
  }

  private static Row box(LabeledBox box) {
    Corners now = box.corners();
    Corners before = box.detectorCorners();
    return RowFactory.create(
        box.labelId(),
        box.label(),
        box.score(),
        now.xMin(),
        now.yMin(),
        now.xMax(),
        now.yMax(),
        before.xMin(),
        before.yMin(),
        before.xMax(),
        before.yMax(),
        box.refinementIou());
  }

  /** The row that a table holds, without the columns of its run. */
  public static LabelRow labelRow(Row row) {
    String uri = row.getAs(LabelColumn.IMAGE_URI.columnName());
    Optional<String> sha256 = Optional.ofNullable(row.getAs(LabelColumn.IMAGE_SHA256.columnName()));
    if (!OK.equals(row.getAs(LabelColumn.STATUS.columnName()))) {
      return new LabelRow.Failed(
          uri,
          sha256,
          size(row),
          ErrorCategory.valueOf(
              row.<String>getAs(LabelColumn.ERROR_CATEGORY.columnName()).toUpperCase(Locale.ROOT)),
          row.getAs(LabelColumn.ERROR_MESSAGE.columnName()));
    }
    List<Row> boxes = row.getList(row.fieldIndex(LabelColumn.BOXES.columnName()));
    return new LabelRow.Labeled(
        uri, sha256, size(row), boxes.stream().map(LabelRows::labeledBox).toList());
  }

  private static Optional<ImageSize> size(Row row) {
    Integer width = row.getAs(LabelColumn.WIDTH.columnName());
    Integer height = row.getAs(LabelColumn.HEIGHT.columnName());
    return width == null || height == null
        ? Optional.empty()
        : Optional.of(new ImageSize(width, height));
  }

  /** An element of {@code boxes}. */
  public static LabeledBox labeledBox(Row box) {
    return new LabeledBox(
        box.getAs("label_id"),
        box.getAs("label"),
        box.getAs("score"),
        corners(box, ""),
        corners(box, "detector_"));
  }

  private static Corners corners(Row box, String prefix) {
    return new Corners(
        box.getAs(prefix + "x_min"),
        box.getAs(prefix + "y_min"),
        box.getAs(prefix + "x_max"),
        box.getAs(prefix + "y_max"));
  }
}
