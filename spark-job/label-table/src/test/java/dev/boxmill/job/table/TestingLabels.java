package dev.boxmill.job.table;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabelledBox;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** Builds small label tables. */
public final class TestingLabels {
  private static final Instant LABELLED_AT = Instant.parse("2026-02-03T04:05:06Z");

  private final List<Row> rows = new ArrayList<>();
  private final RunColumns run;

  public TestingLabels(String refiners) {
    run = new RunColumns("detr-resnet-50", refiners, "5f2c9a");
  }

  public static LabelledBox box(String label, double score, Corners now, Corners before) {
    return new LabelledBox(label.length(), label, (float) score, now, before);
  }

  public static LabelledBox box(String label, double score, Corners corners) {
    return box(label, score, corners, corners);
  }

  public TestingLabels labelled(String uri, int width, int height, LabelledBox... boxes) {
    Optional<ImageSize> size = Optional.of(new ImageSize(width, height));
    return add(new LabelRow.Labelled(uri, Optional.empty(), size, List.of(boxes)));
  }

  public TestingLabels failed(String uri, ErrorCategory category, String message) {
    return add(new LabelRow.Failed(uri, Optional.empty(), Optional.empty(), category, message));
  }

  private TestingLabels add(LabelRow row) {
    rows.add(LabelRows.row(row, run, LABELLED_AT));
    return this;
  }

  /** Writes the table and gives its address. */
  public String write(Path folder) {
    TestingSpark.session()
        .createDataFrame(rows, LabelTable.schema())
        .coalesce(1)
        .write()
        .parquet(folder.toString());
    return folder.toString();
  }
}
