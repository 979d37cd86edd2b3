package dev.boxmill.job.bench;

import dev.boxmill.job.bench.SceneJudge.Verdict;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.triage.TriageRequest;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import dev.boxmill.job.triage.TriageRun;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What people find who review the first {@link #REVIEWED} of a table's images, in several orders.
 *
 * @param threshold boxes that score so much and above were judged
 * @param images of the table
 * @param withError of them, those with a wrong box or a missed object
 * @param f1 of all boxes
 * @param found share of the images with an error that are among the first, by the order's name
 */
record TriageGain(
    double threshold, int images, int withError, double f1, Map<String, Double> found) {

  /** Share of the images that people review. */
  static final double REVIEWED = 0.2;

  static final String LOWEST_MAX_SCORE = "lowest max_score";

  private record Judged(String uri, Verdict verdict, Map<String, Double> doubts) {}

  /** Judges a label table at that threshold, and its triage. */
  static TriageGain of(SparkSession spark, String labels, double threshold, SceneJudge judge)
      throws IOException {
    String output = labels + "-triage-" + threshold;
    TriageRun.write(
        new TriageRequest(labels, output, threshold, ExistingTriage.REFUSE),
        spark,
        System.err::println);
    Map<String, Row> triage = new HashMap<>();
    spark
        .read()
        .parquet(output)
        .collectAsList()
        .forEach(row -> triage.put(row.getAs(TriageColumn.IMAGE_URI.columnName()), row));

    List<Judged> judged = new ArrayList<>();
    for (Row row : TableCheck.open(spark, labels).collectAsList()) {
      String uri = row.getAs("image_uri");
      judged.add(new Judged(uri, verdict(row, threshold, judge), doubts(row, triage.get(uri))));
    }
    return of(threshold, judged);
  }

  private static Verdict verdict(Row row, double threshold, SceneJudge judge) {
    List<LabeledBox> shown =
        row.<Row>getList(row.fieldIndex("boxes")).stream()
            .map(LabelRows::labeledBox)
            .filter(box -> box.score() >= (float) threshold)
            .toList();
    String uri = row.getAs("image_uri");
    return judge.judge(uri.substring(uri.lastIndexOf('/') + 1), shown);
  }

  private static Map<String, Double> doubts(Row labels, Row triage) {
    Map<String, Double> doubts = new LinkedHashMap<>();
    for (TriageColumn column : TriageColumn.values()) {
      if (column.sqlType().equals("double") && column != TriageColumn.EXPECTED_ERRORS) {
        doubts.put(column.columnName(), triage.getAs(column.columnName()));
      }
    }
    Float maxScore = labels.getAs("max_score");
    doubts.put(LOWEST_MAX_SCORE, maxScore == null ? 1 : 1.0 - maxScore);
    return doubts;
  }

  private static TriageGain of(double threshold, List<Judged> judged) {
    Verdict all = judged.stream().map(Judged::verdict).reduce(new Verdict(0, 0, 0), Verdict::plus);
    Map<String, Double> found = new LinkedHashMap<>();
    for (String order : judged.get(0).doubts().keySet()) {
      found.put(order, found(order, judged));
    }
    return new TriageGain(threshold, judged.size(), withError(judged), all.f1(), found);
  }

  private static double found(String order, List<Judged> judged) {
    Comparator<Judged> byDoubt = Comparator.comparingDouble(one -> one.doubts().get(order));
    List<Judged> first =
        judged.stream()
            .sorted(byDoubt.reversed().thenComparing(Judged::uri))
            .limit((long) Math.ceil(REVIEWED * judged.size()))
            .toList();
    return (double) withError(first) / withError(judged);
  }

  private static int withError(List<Judged> judged) {
    return (int) judged.stream().filter(one -> one.verdict().hasError()).count();
  }

  double shareWithError() {
    return (double) withError / images;
  }

  /** The most that any order could find. */
  double ceiling() {
    return Math.min(1, REVIEWED / shareWithError());
  }

  double byPriority() {
    return found.get(TriageColumn.REVIEW_PRIORITY.columnName());
  }
}
