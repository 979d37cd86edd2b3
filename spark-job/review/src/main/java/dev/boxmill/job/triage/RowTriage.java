package dev.boxmill.job.triage;

import dev.boxmill.job.table.LabelRows;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelledBox;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;

/** From a label table's row, cut down to {@link #COLUMNS}, to the triage table's. */
record RowTriage(Certainty certainty, Habits habits) implements Function<Row, Row> {

  static final List<String> COLUMNS = List.of("image_uri", "status", "width", "height", "boxes");

  @Override
  public Row call(Row row) {
    String uri = row.getString(0);
    String status = row.getString(1);
    if (!LabelRows.OK.equals(status)) {
      return TriageTable.failed(uri, status);
    }
    ImageSize size = new ImageSize(row.getInt(2), row.getInt(3));
    List<LabelledBox> boxes = row.<Row>getList(4).stream().map(LabelRows::labelledBox).toList();
    return TriageTable.row(uri, status, Doubts.of(boxes, size, certainty, habits));
  }
}
