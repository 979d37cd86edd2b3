package dev.boxmill.job.fuse;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.fuse.FuseRequest.SharedImages;
import dev.boxmill.schemas.LabelColumn;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Whether tables are about the same images.
 *
 * @param images that every table has
 * @param others that only some have
 */
record ImageCheck(long images, long others) {

  private static final int EXAMPLES = 3;

  private static final String URI = LabelColumn.IMAGE_URI.columnName();

  private static final String CONTENT = LabelColumn.IMAGE_SHA256.columnName();

  private static final String TABLE = "table";

  private static final String ROWS = "rows";

  private static final String TABLES = "tables";

  private static final String CONTENTS = "contents";

  /**
   * Looks at all addresses, on the executors.
   *
   * @throws BadInputException if tables have other images, an image twice, or one that changed
   */
  static ImageCheck of(List<SourceTable> tables, SharedImages scope) {
    Dataset<Row> images = images(tables).persist();
    try {
      refuseAny(
          images.where(col(ROWS).gt(col(TABLES))),
          "one of them has several rows of an image",
          "give tables with one row for each image");
      refuseAny(
          images.where(col(CONTENTS).gt(1)),
          "they were made of an image that changed in between",
          "label it again");
      Dataset<Row> others = images.where(col(TABLES).lt(tables.size()));
      long missing = others.count();
      ImageCheck check = new ImageCheck(images.count() - missing, missing);
      if (check.images == 0) {
        throw refusal("no image is in all of them", "they are matched by image_uri");
      }
      if (missing > 0 && scope == SharedImages.ALL) {
        throw refusal(
            missing + " of their images are not in all of them: " + examples(others),
            "label the same images, or fuse those that all have: --common-only");
      }
      return check;
    } finally {
      images.unpersist();
    }
  }

  /** A row for each address: how many rows, tables and contents it has. */
  private static Dataset<Row> images(List<SourceTable> tables) {
    return IntStream.range(0, tables.size())
        .mapToObj(
            table -> tables.get(table).rows().select(col(URI), col(CONTENT), lit(table).as(TABLE)))
        .reduce(Dataset::union)
        .orElseThrow()
        .groupBy(URI)
        .agg(
            count(lit(1)).as(ROWS),
            countDistinct(TABLE).as(TABLES),
            countDistinct(CONTENT).as(CONTENTS));
  }

  private static void refuseAny(Dataset<Row> images, String reason, String remedy) {
    String examples = examples(images);
    if (!examples.isEmpty()) {
      throw refusal(reason + ": " + examples, remedy);
    }
  }

  private static String examples(Dataset<Row> images) {
    return images.select(URI).orderBy(URI).limit(EXAMPLES).collectAsList().stream()
        .map(row -> row.getString(0))
        .collect(Collectors.joining(", "));
  }

  private static BadInputException refusal(String reason, String remedy) {
    return new BadInputException("Cannot fuse labels: " + reason + " (" + remedy + ")");
  }
}
