package dev.boxmill.job.triage;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.boxmill.job.preview.Figure;
import dev.boxmill.job.preview.ReviewPage;
import dev.boxmill.job.preview.ReviewPage.ReviewedPicture;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.triage.TriageRun.Triaged;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The most doubtful images of a triage table as a page. It lies beside the labels' own preview, as
 * {@code _boxmill/triage.html}: the triage table's folder holds its Parquet files alone.
 */
public final class TriagePage {

  /** Most images of a page, unless the user says otherwise. */
  public static final int DEFAULT_LIMIT = 24;

  private static final String NAME = "triage.html";

  private static final int FAILURES_SHOWN = 50;

  /** Doubts that are smaller are no reason to look. */
  private static final double LEAST = 0.05;

  private static final double FIRST_SCORE = 0.3;

  private final TriageRequest request;
  private final Triaged triaged;
  private final SparkSession spark;

  private TriagePage(TriageRequest request, Triaged triaged, SparkSession spark) {
    this.request = request;
    this.triaged = triaged;
    this.spark = spark;
  }

  /**
   * Writes the page, replacing one that is there.
   *
   * @param limit most images to show
   * @return where it lies
   */
  public static String write(TriageRequest request, Triaged triaged, int limit, SparkSession spark)
      throws IOException {
    return new TriagePage(request, triaged, spark).write(limit);
  }

  private String write(int limit) throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Path labels = Locations.absolute(request.labels(), hadoop);
    Path page = new Path(new Path(labels, OutputFolder.WORK), NAME);
    List<Row> first = first(limit);
    List<ReviewedPicture> pictures = pictures(first);
    new ReviewPage(
            Locations.uri(labels),
            figures(),
            facts(),
            failures(),
            note(pictures),
            score(),
            pictures)
        .write(page, hadoop);
    return Locations.uri(page);
  }

  private List<Row> first(int limit) {
    return spark
        .read()
        .parquet(Locations.literal(new Path(triaged.output())))
        .where(col(TriageColumn.STATUS.columnName()).equalTo(LabelRows.OK))
        .orderBy(TriageRun.order())
        .limit(limit)
        .collectAsList();
  }

  private Dataset<Row> labels() {
    return TableCheck.open(spark, request.labels());
  }

  private List<ReviewedPicture> pictures(List<Row> first) {
    if (first.isEmpty()) {
      return List.of();
    }
    Object[] uris = first.stream().map(TriagePage::uri).toArray();
    Map<String, Row> labeled =
        labels().where(col(LabelColumn.IMAGE_URI.columnName()).isin(uris)).collectAsList().stream()
            .collect(Collectors.toMap(TriagePage::uri, row -> row, (one, same) -> one));
    return first.stream().map(row -> picture(row, labeled.get(uri(row)))).toList();
  }

  private static String uri(Row row) {
    return row.getAs(LabelColumn.IMAGE_URI.columnName());
  }

  private static ReviewedPicture picture(Row doubts, Row labels) {
    int width = labels.getAs(LabelColumn.WIDTH.columnName());
    int height = labels.getAs(LabelColumn.HEIGHT.columnName());
    List<LabeledBox> boxes =
        labels.<Row>getList(labels.fieldIndex(LabelColumn.BOXES.columnName())).stream()
            .map(LabelRows::labeledBox)
            .toList();
    return new ReviewedPicture(uri(doubts), new ImageSize(width, height), remark(doubts), boxes);
  }

  /** For example {@code 93 %: missed objects 0.8, near duplicates 0.4}. */
  private static String remark(Row doubts) {
    double priority = doubts.getAs(TriageColumn.REVIEW_PRIORITY.columnName());
    String parts =
        TriageRun.PARTS.stream()
            .filter(part -> value(doubts, part) >= LEAST)
            .sorted(Comparator.comparingDouble(part -> -value(doubts, part)))
            .map(part -> title(part) + String.format(Locale.ROOT, " %.1f", value(doubts, part)))
            .collect(Collectors.joining(", "));
    String chance = String.format(Locale.ROOT, "%.0f %%", 100 * priority);
    return parts.isEmpty() ? chance : chance + ": " + parts;
  }

  private static double value(Row doubts, TriageColumn part) {
    return doubts.<Double>getAs(part.columnName());
  }

  private static String title(TriageColumn part) {
    return part.columnName().replace('_', ' ');
  }

  private List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure("Images", count(triaged.images()), count(triaged.failed()) + " failed"));
    figures.add(
        new Figure(
            "Expected errors", number(triaged.expectedErrors()), "boxes to delete, draw or move"));
    triaged.parts().forEach((part, sum) -> figures.add(new Figure(title(part), number(sum), "")));
    return figures;
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Triage", triaged.output());
    facts.put("Threshold", "boxes that score " + request.threshold() + " and above are labels");
    return facts;
  }

  private String note(List<ReviewedPicture> pictures) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d labeled images are shown, the most doubtful first: the chance of an error, and"
            + " how many errors to expect of each kind.",
        pictures.size(),
        triaged.images() - triaged.failed());
  }

  /** Weaker boxes hint at what was missed. */
  private double score() {
    return Math.min(FIRST_SCORE, request.threshold());
  }

  private Map<String, List<List<String>>> failures() {
    if (triaged.failed() == 0) {
      return Map.of();
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("image", "category", "reason"));
    labels()
        .where(col(LabelColumn.STATUS.columnName()).notEqual(LabelRows.OK))
        .orderBy(LabelColumn.IMAGE_URI.columnName())
        .limit(FAILURES_SHOWN)
        .select(
            col(LabelColumn.IMAGE_URI.columnName()),
            coalesce(col(LabelColumn.ERROR_CATEGORY.columnName()), lit("unknown")),
            coalesce(col(LabelColumn.ERROR_MESSAGE.columnName()), lit("")))
        .collectAsList()
        .forEach(row -> rows.add(List.of(row.getString(0), row.getString(1), row.getString(2))));
    return Map.of("Failed images", rows);
  }
}
