package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelColumn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The detections of a label table, matched by the executors image by image. Each gets the whole
 * ground truth once; only what matching found comes back.
 */
final class LabelTableImages implements LabeledImages {

  private static final List<LabelColumn> COLUMNS =
      List.of(
          LabelColumn.IMAGE_URI,
          LabelColumn.STATUS,
          LabelColumn.BOXES,
          LabelColumn.REFINERS,
          LabelColumn.WIDTH,
          LabelColumn.HEIGHT);

  /** How much one Spark job may bring back; Spark's own limit is a gigabyte. */
  private static final long RESULT_BYTES = 512L << 20;

  /** A score, an overlap, and an outcome for each area range. */
  private static final long BYTES_PER_BOX = 8 + 8 + 4L * AreaRange.COUNT;

  private final EvaluationRequest request;
  private final GroundTruth truth;
  private final JavaRDD<Row> rows;
  private final Broadcast<NamedImages> names;
  private final Broadcast<Map<Integer, Integer>> fits;
  private final LabelSurvey survey;
  private final LabelCategories categories;

  private LabelTableImages(
      EvaluationRequest request,
      GroundTruth truth,
      JavaRDD<Row> rows,
      Broadcast<NamedImages> names,
      LabelSurvey survey,
      LabelCategories categories) {
    this.request = request;
    this.truth = truth;
    this.rows = rows;
    this.names = names;
    this.survey = survey;
    this.fits = JavaSparkContext.fromSparkContext(rows.context()).broadcast(survey.fits());
    this.categories = categories;
  }

  /**
   * Looks what the table holds.
   *
   * @throws BadInputException if its images or labels do not fit the ground truth
   */
  static LabelTableImages of(EvaluationRequest request, GroundTruth truth, Dataset<Row> table) {
    JavaRDD<Row> rows = table.select(columns()).javaRDD();
    ImageScope scope = request.scope();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
    List<String> fileNames = truth.images().stream().map(TruthImage::fileName).toList();
    Broadcast<NamedImages> names = spark.broadcast(new NamedImages(fileNames));
    LabelSurvey survey =
        rows.mapPartitions(part -> survey(part, names.value(), scope)).collect().stream()
            .reduce(new LabelSurvey(), LabelSurvey::add);
    refuseStrangers(survey, truth, scope);
    LabelCategories categories =
        LabelCategories.match(survey.labels().keySet(), truth.categories(), request.matching());
    return new LabelTableImages(request, truth, rows, names, survey, categories);
  }

  private static Column[] columns() {
    Stream<String> wanted = COLUMNS.stream().map(LabelColumn::columnName);
    return wanted.map(functions::col).toArray(Column[]::new);
  }

  private static Iterator<LabelSurvey> survey(
      Iterator<Row> rows, NamedImages names, ImageScope scope) {
    LabelSurvey survey = new LabelSurvey();
    rows.forEachRemaining(row -> survey(row, names, scope, survey));
    return List.of(survey).iterator();
  }

  private static void survey(Row row, NamedImages names, ImageScope scope, LabelSurvey survey) {
    String uri = row.getString(0);
    int image = names.find(uri);
    survey.row();
    if (image == NamedImages.UNKNOWN
        || (image == NamedImages.AMBIGUOUS && scope == ImageScope.ANNOTATED)) {
      survey.stranger(uri);
      return;
    }
    if (image == NamedImages.AMBIGUOUS) {
      survey.ambiguous(uri);
    } else {
      survey.image(uri, image, names.fit(uri, image));
    }
    if (!row.getString(1).equals(LabelRows.OK)) {
      survey.failed();
    }
    survey.refiners(row.getString(3));
    List<Row> boxes = boxes(row);
    boxes.forEach(box -> survey.label(LabelBox.name(box), LabelBox.score(box)));
    ImageDetections detector = new ImageDetections(boxes.size());
    boxes.forEach(box -> LabelBox.addDetector(box, ImageDetections.UNKNOWN, detector));
    if (new ImageLabels(detector, detector).queryCount() < detector.size()) {
      survey.sharedBox();
    }
  }

  private static List<Row> boxes(Row row) {
    return row.isNullAt(2) ? List.of() : row.getList(2);
  }

  private static void refuseStrangers(LabelSurvey survey, GroundTruth truth, ImageScope scope) {
    if (survey.rows() > 0 && survey.unknownCount() == survey.rows()) {
      throw refusal(
          "none of its images is in the ground truth, by file name",
          "labels have "
              + shown(survey.unknown().get(0), truth)
              + ", it has "
              + truth.images().get(0).fileName());
    }
    if (survey.unknownCount() > 0 && scope == ImageScope.ALL) {
      throw refusal(
          survey.unknownCount()
              + " of its images are not in the ground truth: "
              + survey.unknown().stream()
                  .map(uri -> shown(uri, truth))
                  .collect(Collectors.joining(", ")),
          "evaluate the annotated ones: --annotated-only");
    }
    if (!survey.ambiguous().isEmpty()) {
      throw refusal(
          "several annotated images have the name of " + survey.ambiguous().get(0),
          "give file_name the folders that tell them apart");
    }
    if (survey.repeated().isPresent()) {
      throw refusal(
          "several of its rows mean the same annotated image: "
              + shown(survey.repeated().get(), truth),
          "evaluate one row per image, or give file_name the folders that tell them apart");
    }
  }

  private static String shown(String uri, GroundTruth truth) {
    return uri.startsWith(LabelSurvey.POSITION)
        ? "another " + truth.images().get(Integer.parseInt(uri.substring(1))).fileName()
        : uri;
  }

  private static BadInputException refusal(String reason, String remedy) {
    return new BadInputException("Cannot evaluate labels: " + reason + " (" + remedy + ")");
  }

  @Override
  public List<String> facts() {
    List<String> facts = new ArrayList<>();
    facts.add(survey.fits().size() + " images matched by file name");
    facts.add(
        "%d of %d labels matched to categories by %s"
            .formatted(categories.indices().size(), survey.labels().size(), categories.key()));
    renamedFact().ifPresent(facts::add);
    int without = truth.images().size() - survey.fits().size();
    if (survey.unknownCount() > 0) {
      facts.add(survey.unknownCount() + " images are not annotated: left out");
    }
    if (without > 0) {
      facts.add(without + " annotated images are not in the labels: their objects count as missed");
    }
    if (survey.failedRows() > 0) {
      facts.add(survey.failedRows() + " images failed: their objects count as missed");
    }
    List<LabelClass> left =
        survey.labels().keySet().stream()
            .filter(label -> !categories.indices().containsKey(label))
            .toList();
    if (!left.isEmpty()) {
      long detections = left.stream().mapToLong(survey.labels()::get).sum();
      String names = LabelCategories.examples(left.stream().map(LabelClass::label).toList());
      facts.add(
          detections + " detections of labels that are no category: left out (" + names + ")");
    }
    return facts;
  }

  private Optional<String> renamedFact() {
    ClassMap map = request.matching().renamed();
    long renamed =
        categories.indices().keySet().stream()
            .filter(label -> map.names().containsKey(label.label()))
            .count();
    return map.names().isEmpty()
        ? Optional.empty()
        : Optional.of("%d of them by the class map %s".formatted(renamed, map.file()));
  }

  @Override
  public boolean refined() {
    return survey.refined();
  }

  @Override
  public ClassRule likelyRule() {
    return survey.sharesBoxes() ? ClassRule.FOCAL : ClassRule.PROBABILITY;
  }

  @Override
  public double leastScore() {
    return survey.leastScore();
  }

  /** A few variants at a time where the table is large, since each brings all its matches back. */
  @Override
  public OracleResults read(List<OracleVariant> variants, Oracle oracle) {
    ImageTruth[] truths = truth.images().stream().map(TruthImage::truth).toArray(ImageTruth[]::new);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.context());
    Broadcast<ImageTruth[]> sent = spark.broadcast(truths);
    int atOnce = (int) Math.max(1, RESULT_BYTES / (BYTES_PER_BOX * (survey.boxes() + 1)));
    OracleResults all = null;
    for (int i = 0; i < variants.size(); i += atOnce) {
      List<OracleVariant> some = variants.subList(i, Math.min(variants.size(), i + atOnce));
      OracleResults read = read(new ImageMatching(request, List.copyOf(some), oracle), sent);
      all = all == null ? read : all.and(read);
    }
    sent.destroy();
    return all;
  }

  /** The matches of each image of the ground truth, in its order. */
  List<ImageMatches> matches(Oracle oracle) {
    ImageTruth[] truths = truth.images().stream().map(TruthImage::truth).toArray(ImageTruth[]::new);
    Broadcast<ImageTruth[]> sent =
        JavaSparkContext.fromSparkContext(rows.context()).broadcast(truths);
    List<OracleVariant> raw = List.of(OracleVariant.raw(OracleVariant.BoxSource.REFINED));
    List<MatchedImage> images = images(new ImageMatching(request, raw, oracle), sent);
    sent.destroy();
    return images.stream().map(image -> image.matches().get(0)).toList();
  }

  /** Labeled images with their annotations; both stay on the executors. */
  JavaRDD<AnnotatedImage> annotated() {
    ImageTruth[] truths = truth.images().stream().map(TruthImage::truth).toArray(ImageTruth[]::new);
    Broadcast<ImageTruth[]> sent =
        JavaSparkContext.fromSparkContext(rows.context()).broadcast(truths);
    Broadcast<NamedImages> known = names;
    Broadcast<Map<Integer, Integer>> meant = fits;
    LabelCategories matched = categories;
    return rows.filter(row -> row.getString(1).equals(LabelRows.OK))
        .filter(row -> isMeant(row.getString(0), known.value(), meant.value()))
        .map(row -> annotated(row, sent.value()[known.value().find(row.getString(0))], matched));
  }

  private static AnnotatedImage annotated(Row row, ImageTruth truth, LabelCategories categories) {
    List<AnnotatedImage.Found> found = new ArrayList<>();
    for (Row box : boxes(row)) {
      int category = categories.index(LabelBox.name(box).id(), LabelBox.name(box).label());
      if (category != ImageDetections.UNKNOWN) {
        found.add(new AnnotatedImage.Found(category, LabelRows.labeledBox(box)));
      }
    }
    ImageSize size = new ImageSize(row.getInt(4), row.getInt(5));
    return new AnnotatedImage(row.getString(0), size, truth, found);
  }

  /** Which categories the labels mean. */
  LabelCategories categories() {
    return categories;
  }

  private OracleResults read(ImageMatching matching, Broadcast<ImageTruth[]> sent) {
    return MatchedImage.sum(request.style(), truth, matching.variants(), images(matching, sent));
  }

  private List<MatchedImage> images(ImageMatching matching, Broadcast<ImageTruth[]> sent) {
    Broadcast<NamedImages> known = names;
    LabelCategories matched = categories;
    Broadcast<Map<Integer, Integer>> meant = fits;
    List<MatchedImage> found =
        rows.filter(row -> isMeant(row.getString(0), known.value(), meant.value()))
            .map(row -> matching.match(row, known.value(), matched, sent.value()))
            .collect();
    MatchedImage[] images = new MatchedImage[truth.images().size()];
    found.forEach(image -> images[image.image()] = image);
    for (int i = 0; i < images.length; i++) {
      if (images[i] == null) {
        images[i] = matching.match(i, truth.images().get(i).truth(), List.of(), matched);
      }
    }
    return Arrays.asList(images);
  }

  private static boolean isMeant(String uri, NamedImages names, Map<Integer, Integer> fits) {
    int image = names.find(uri);
    return image >= 0 && names.fit(uri, image) == fits.get(image);
  }

  /** What an executor does with a row. */
  private record ImageMatching(
      EvaluationStyle style, double laeceIou, List<OracleVariant> variants, Oracle oracle)
      implements Serializable {

    ImageMatching(EvaluationRequest request, List<OracleVariant> variants, Oracle oracle) {
      this(request.style(), request.laeceIou(), variants, oracle);
    }

    MatchedImage match(
        Row row, NamedImages names, LabelCategories categories, ImageTruth[] truths) {
      int image = names.find(row.getString(0));
      return match(image, truths[image], boxes(row), categories);
    }

    MatchedImage match(int image, ImageTruth truth, List<Row> boxes, LabelCategories categories) {
      ImageDetections refined = new ImageDetections(boxes.size());
      ImageDetections detector = new ImageDetections(boxes.size());
      for (Row box : boxes) {
        int category = categories.index(LabelBox.name(box).id(), LabelBox.name(box).label());
        LabelBox.addRefined(box, category, refined);
        LabelBox.addDetector(box, category, detector);
      }
      ImageLabels labels = new ImageLabels(refined, detector);
      ImageMatcher matcher = new ImageMatcher(style, laeceIou);
      return MatchedImage.of(image, truth, labels, variants, oracle, matcher);
    }
  }
}
