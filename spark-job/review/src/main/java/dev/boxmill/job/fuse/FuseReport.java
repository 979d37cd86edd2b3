package dev.boxmill.job.fuse;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.boxmill.job.fuse.FuseRequest.SharedImages;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.text.Plural;
import dev.boxmill.job.text.VisibleText;
import dev.boxmill.schemas.LabelColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What was fused.
 *
 * @param images in the fused table
 * @param failed of them, in all tables
 * @param boxes in the fused table
 * @param lines what the tables are, and their classes
 * @param output where the fused table lies
 */
public record FuseReport(long images, long failed, long boxes, List<String> lines, String output) {

  private static final int EXAMPLES = 5;

  public FuseReport {
    lines = List.copyOf(lines);
  }

  static FuseReport of(
      FuseRequest request,
      List<SourceTable> tables,
      MergedClasses classes,
      ImageCheck images,
      String output,
      SparkSession spark) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      SourceTable table = tables.get(i);
      lines.add(
          String.format(
              Locale.ROOT,
              "%s (%s), weight %s: %,d boxes",
              table.labels(),
              table.made(),
              request.rules().weights().get(i),
              boxes(table.rows())));
      only(table, tables, classes, lines);
    }
    if (request.scope() == SharedImages.COMMON && images.others() > 0) {
      lines.add(Plural.of(images.others(), "image") + " not in all tables: left out");
    }
    Row counts =
        TableCheck.open(spark, output)
            .agg(
                count(lit(1)),
                count(when(col(LabelColumn.STATUS.columnName()).notEqual(LabelRows.OK), 1)))
            .first();
    return new FuseReport(
        counts.getLong(0), counts.getLong(1), boxes(TableCheck.open(spark, output)), lines, output);
  }

  private static long boxes(Dataset<Row> rows) {
    Row sum = rows.agg(sum(LabelColumn.BOX_COUNT.columnName())).first();
    return sum.isNullAt(0) ? 0 : sum.getLong(0);
  }

  /** Classes that one table alone has are fused with nothing. */
  private static void only(
      SourceTable table, List<SourceTable> tables, MergedClasses classes, List<String> lines) {
    Collection<String> others =
        tables.stream()
            .filter(other -> !other.labels().equals(table.labels()))
            .flatMap(other -> other.classes().keySet().stream())
            .toList();
    List<String> only = classes.onlyOf(table.classes().keySet(), others);
    if (!only.isEmpty()) {
      lines.add(
          "  of its classes, %d in no other table: %s"
              .formatted(
                  only.size(),
                  only.stream()
                          .limit(EXAMPLES)
                          .map(VisibleText::line)
                          .collect(Collectors.joining(", "))
                      + (only.size() > EXAMPLES ? " …" : "")));
    }
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append(System.lineSeparator()));
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %,d failed in all tables; %,d boxes%n",
            Plural.of(images, "image"),
            failed,
            boxes));
    return text.append("Labels: ").append(output).append(System.lineSeparator()).toString();
  }
}
