package dev.boxmill.job.preview;

import dev.boxmill.job.preview.TableSummary.Count;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** Adds grouped rows up to a {@link TableSummary}. */
final class Tally {
  private static final Comparator<Count> MOST_FIRST =
      Comparator.comparingLong(Count::count).reversed().thenComparing(Count::name);

  private Tally() {}

  /**
   * @param runs status, error_category, model, refiners, fingerprint, images, empty, labelled_at
   * @param boxes label, bin, boxes, iou
   */
  static TableSummary of(List<Row> runs, List<Row> boxes) {
    List<Row> failed = runs.stream().filter(run -> !"ok".equals(run.getAs("status"))).toList();
    long boxCount = sum(boxes, "boxes");
    return new TableSummary(
        sum(runs, "images"),
        sum(failed, "images"),
        sum(runs, "empty"),
        boxCount,
        distinct(runs, "model"),
        distinct(runs, "refiners"),
        distinct(runs, "fingerprint"),
        counts(failed, "error_category", "images"),
        counts(boxes, "label", "boxes"),
        bins(boxes),
        boxes.stream().mapToDouble(Tally::iou).sum() / boxCount,
        newest(runs));
  }

  private static long sum(List<Row> rows, String column) {
    return rows.stream().mapToLong(row -> row.<Long>getAs(column)).sum();
  }

  private static double iou(Row boxes) {
    Double iou = boxes.getAs("iou");
    return iou == null ? Double.NaN : iou;
  }

  private static List<String> distinct(List<Row> rows, String column) {
    return rows.stream()
        .map(row -> row.<String>getAs(column))
        .filter(value -> value != null && !value.isBlank())
        .distinct()
        .sorted()
        .toList();
  }

  private static List<Count> counts(List<Row> rows, String name, String count) {
    Map<String, Long> sums =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> Objects.requireNonNullElse(row.<String>getAs(name), "unknown"),
                    Collectors.summingLong(row -> row.<Long>getAs(count))));
    return sums.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(MOST_FIRST)
        .toList();
  }

  private static List<Long> bins(List<Row> boxes) {
    long[] bins = new long[TableSummary.SCORE_BINS];
    for (Row row : boxes) {
      Integer bin = row.getAs("bin");
      if (bin != null) {
        bins[Math.max(0, Math.min(bin, bins.length - 1))] += row.<Long>getAs("boxes");
      }
    }
    return Arrays.stream(bins).boxed().toList();
  }

  private static Optional<Instant> newest(List<Row> runs) {
    return runs.stream()
        .map(row -> row.<Timestamp>getAs("labelled_at"))
        .filter(Objects::nonNull)
        .map(Timestamp::toInstant)
        .max(Comparator.naturalOrder());
  }
}
