package dev.boxmill.job.compare;

import static org.apache.spark.sql.functions.col;

import dev.boxmill.job.compare.ComparedImage.Presence;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.LabelColumn;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Two label tables, image by image.
 *
 * @param most the images that differ most, most first
 */
record Comparison(ChangeCounts counts, List<ComparedImage> most) {

  private static final List<LabelColumn> COMPARED =
      List.of(
          LabelColumn.STATUS,
          LabelColumn.IMAGE_SHA256,
          LabelColumn.WIDTH,
          LabelColumn.HEIGHT,
          LabelColumn.BOXES);

  private static final String IMAGE = LabelColumn.IMAGE_URI.columnName();

  /**
   * Joins the tables by image and compares on the executors. The driver gets counts and addresses,
   * then the rows of the images that differ most.
   *
   * @param limit most images to keep
   * @throws BadInputException if no image is labelled in both
   */
  static Comparison of(Dataset<Row> before, Dataset<Row> after, Thresholds thresholds, int limit) {
    Differences found =
        joined(before, after)
            .javaRDD()
            .mapPartitions(rows -> List.of(differences(rows, thresholds, limit)).iterator())
            .treeReduce(Differences::add);
    if (found.counts().images(Presence.BOTH) == 0) {
      throw new BadInputException(
          "Cannot compare labels: no image is labelled in both (name runs over the same images:"
              + " they are matched by image_uri)");
    }
    return new Comparison(found.counts(), images(before, after, found.most(), thresholds));
  }

  private static Differences differences(Iterator<Row> rows, Thresholds thresholds, int limit) {
    Differences found = new Differences(limit);
    rows.forEachRemaining(row -> found.add(ComparedImage.of(row, thresholds)));
    return found;
  }

  /** Rows of image_uri, and the other columns of each table, null where it has no such image. */
  private static Dataset<Row> joined(Dataset<Row> before, Dataset<Row> after) {
    return run(before, "a_").join(run(after, "b_"), IMAGE, "full_outer");
  }

  private static Dataset<Row> run(Dataset<Row> table, String prefix) {
    List<Column> columns = new ArrayList<>(List.of(col(IMAGE)));
    COMPARED.forEach(
        column -> columns.add(col(column.columnName()).as(prefix + column.columnName())));
    return table.select(columns.toArray(Column[]::new));
  }

  private static List<ComparedImage> images(
      Dataset<Row> before, Dataset<Row> after, List<String> uris, Thresholds thresholds) {
    if (uris.isEmpty()) {
      return List.of();
    }
    Column chosen = col(IMAGE).isin(uris.toArray());
    Map<String, ComparedImage> images =
        joined(before.where(chosen), after.where(chosen)).collectAsList().stream()
            .map(row -> ComparedImage.of(row, thresholds))
            .collect(Collectors.toMap(ComparedImage::uri, Function.identity(), (one, same) -> one));
    return uris.stream().map(images::get).toList();
  }
}
