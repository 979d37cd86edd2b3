package dev.boxmill.job.compare;

import dev.boxmill.job.table.LabelRows;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelledBox;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * One image in both runs.
 *
 * @param size empty unless both runs labelled it and it is known
 * @param sameFile whether both runs read the same bytes, as far as is known
 * @param pairs its objects; none unless both runs labelled it
 */
record ComparedImage(
    String uri,
    Presence presence,
    Optional<ImageSize> size,
    boolean sameFile,
    List<BoxPair> pairs) {

  /** Which run has labels of it. */
  enum Presence {
    BOTH,
    FAILED_IN_A,
    FAILED_IN_B,
    FAILED_IN_BOTH,
    A_ALONE,
    B_ALONE;

    /** Of statuses, which are null where there is no row. */
    static Presence of(String before, String after) {
      if (after == null) {
        return A_ALONE;
      }
      if (before == null) {
        return B_ALONE;
      }
      boolean ok = before.equals(LabelRows.OK);
      if (after.equals(LabelRows.OK)) {
        return ok ? BOTH : FAILED_IN_A;
      }
      return ok ? FAILED_IN_B : FAILED_IN_BOTH;
    }
  }

  ComparedImage {
    pairs = List.copyOf(pairs);
  }

  /** Compares a row of {@link Comparison#joined}. */
  static ComparedImage of(Row row, Thresholds thresholds) {
    Presence presence = Presence.of(row.getAs("a_status"), row.getAs("b_status"));
    String before = row.getAs("a_image_sha256");
    String after = row.getAs("b_image_sha256");
    boolean sameFile = before == null || after == null || before.equals(after);
    String uri = row.getAs("image_uri");
    if (presence != Presence.BOTH) {
      return new ComparedImage(uri, presence, Optional.empty(), sameFile, List.of());
    }
    List<BoxPair> pairs =
        BoxMatching.of(boxes(row, "a", thresholds), boxes(row, "b", thresholds), thresholds);
    return new ComparedImage(uri, presence, size(row), sameFile, pairs);
  }

  private static Optional<ImageSize> size(Row row) {
    Integer width = row.getAs("b_width");
    Integer height = row.getAs("b_height");
    return width == null || height == null || width < 1 || height < 1
        ? Optional.empty()
        : Optional.of(new ImageSize(width, height));
  }

  private static List<LabelledBox> boxes(Row row, String run, Thresholds thresholds) {
    return row.<Row>getList(row.fieldIndex(run + "_boxes")).stream()
        .map(LabelRows::labelledBox)
        .filter(box -> thresholds.admits(box.score()))
        .toList();
  }

  double difference() {
    return pairs.stream().mapToDouble(BoxPair::difference).sum();
  }

  boolean differs() {
    return pairs.stream().anyMatch(pair -> pair.change() != Change.KEPT);
  }

  long count(Change change) {
    return pairs.stream().filter(pair -> pair.change() == change).count();
  }
}
