package dev.boxmill.job.triage;

import dev.boxmill.job.table.LabelRows;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;

/** From a label table's row, cut down to {@link #COLUMNS}, to the triage table's. */
record RowTriage(ScoreCalibration calibration, ClassStatistics statistics)
    implements Function<Row, Row> {

  static final List<String> COLUMNS =
      List.of("image_uri", "status", "width", "height", "boxes", "refiners");

  @Override
  public Row call(Row row) {
    String uri = row.getString(0);
    String status = row.getString(1);
    if (!LabelRows.OK.equals(status)) {
      return TriageTable.failed(uri, status);
    }
    ImageSize size = new ImageSize(row.getInt(2), row.getInt(3));
    List<LabeledBox> boxes = row.<Row>getList(4).stream().map(LabelRows::labeledBox).toList();
    ScoreCalibration own = calibration.of(row.getString(5));
    return TriageTable.row(uri, status, ErrorEstimate.of(boxes, size, own, statistics));
  }
}
