package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.Reliability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The numbers of one set of detections. */
public final class Evaluation {

  /** What a number is where there is no object to find, as in both Python packages. */
  public static final double UNDEFINED = -1;

  /** Name of the localization-aware calibration error. */
  static final String LAECE = "LaECE";

  /** A number as reports show it: four digits, or a dash where it is not defined. */
  public static String text(double number) {
    return number == UNDEFINED ? "-" : String.format(Locale.ROOT, "%.4f", number);
  }

  private final EvaluationStyle style;
  private final List<TruthCategory> categories;
  private final List<CategoryCurves> curves;
  private final Reliability reliability;

  private Evaluation(
      EvaluationStyle style,
      List<TruthCategory> categories,
      List<CategoryCurves> curves,
      Reliability reliability) {
    this.style = style;
    this.categories = categories;
    this.curves = curves;
    this.reliability = reliability;
  }

  /**
   * Sums what matching found.
   *
   * @param categories of the ground truth
   * @param images of the ground truth, all of them, in its order
   */
  public static Evaluation of(
      EvaluationStyle style, List<TruthCategory> categories, List<ImageMatches> images) {
    List<List<CategoryCurves.Entry>> entries = new ArrayList<>();
    categories.forEach(category -> entries.add(new ArrayList<>()));
    for (ImageMatches image : images) {
      for (int entry = 0; entry < image.categoryCount(); entry++) {
        entries.get(image.categoryOf(entry)).add(new CategoryCurves.Entry(image, entry));
      }
    }
    List<CategoryCurves> curves =
        entries.parallelStream().map(of -> CategoryCurves.of(style, of)).toList();
    Reliability reliability = Reliability.of(categories.size());
    IntPredicate hasObjects = category -> curves.get(category).isPresent(AreaRange.ALL);
    images.forEach(image -> add(image, hasObjects, reliability));
    return new Evaluation(style, categories, curves, reliability);
  }

  /** Categories without an object don't count. */
  private static void add(ImageMatches image, IntPredicate counted, Reliability reliability) {
    JudgedDetections.right(
        image,
        (category, score, right) -> {
          if (counted.test(category)) {
            reliability.judge(score, right);
          }
        });
    JudgedDetections.located(
        image,
        (category, score, overlap) -> {
          if (counted.test(category)) {
            reliability.locate(category, score, overlap);
          }
        });
  }

  /** How far scores are from chances. */
  Reliability reliability() {
    return reliability;
  }

  /** D-ECE and LaECE, by these names. */
  public Map<String, Double> calibrationErrors() {
    Map<String, Double> errors = new LinkedHashMap<>();
    errors.put("D-ECE", reliability.detectionError().orElse(UNDEFINED));
    errors.put(LAECE, reliability.locationAwareError().orElse(UNDEFINED));
    return errors;
  }

  /** By name, in the usual order: COCO's twelve, or LVIS's. */
  public Map<String, Double> numbers() {
    Map<String, Double> numbers = numbers(category -> true);
    if (style == EvaluationStyle.COCO) {
      return numbers;
    }
    Map<String, Double> withFrequencies = new LinkedHashMap<>();
    numbers.forEach(
        (name, value) -> {
          withFrequencies.put(name, value);
          if (name.equals("APl")) {
            addFrequencies(withFrequencies);
          }
        });
    return withFrequencies;
  }

  /** The numbers of each category that has objects. */
  public Map<TruthCategory, Map<String, Double>> numbersByCategory() {
    Map<TruthCategory, Map<String, Double>> numbers = new LinkedHashMap<>();
    for (int i = 0; i < categories.size(); i++) {
      int index = i;
      if (curves.get(i).isPresent(AreaRange.ALL)) {
        numbers.put(categories.get(i), numbers(category -> category == index));
      }
    }
    return numbers;
  }

  /** Objects that count, over all categories. */
  public int objects() {
    return curves.stream().mapToInt(category -> category.objects(AreaRange.ALL)).sum();
  }

  /** Objects of one category that count. */
  public int objects(TruthCategory category) {
    return curves.get(categories.indexOf(category)).objects(AreaRange.ALL);
  }

  List<TruthCategory> categories() {
    return categories;
  }

  CategoryCurves curves(int category) {
    return curves.get(category);
  }

  private void addFrequencies(Map<String, Double> numbers) {
    for (TruthCategory.Frequency frequency : TruthCategory.Frequency.values()) {
      IntPredicate members =
          category -> categories.get(category).frequency().equals(Optional.of(frequency));
      numbers.put("AP" + frequency.letter(), precision(members, AreaRange.ALL, allThresholds()));
    }
  }

  private Map<String, Double> numbers(IntPredicate members) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("AP", precision(members, AreaRange.ALL, allThresholds()));
    numbers.put("AP50", precision(members, AreaRange.ALL, new int[] {Grid.IOU_50}));
    numbers.put("AP75", precision(members, AreaRange.ALL, new int[] {Grid.IOU_75}));
    numbers.put("APs", precision(members, AreaRange.SMALL, allThresholds()));
    numbers.put("APm", precision(members, AreaRange.MEDIUM, allThresholds()));
    numbers.put("APl", precision(members, AreaRange.LARGE, allThresholds()));
    if (style == EvaluationStyle.COCO) {
      for (int limit = 0; limit < style.limits().size(); limit++) {
        numbers.put("AR" + style.limits().get(limit), recall(members, AreaRange.ALL, limit));
      }
      numbers.put("ARs", recall(members, AreaRange.SMALL, style.limits().size() - 1));
      numbers.put("ARm", recall(members, AreaRange.MEDIUM, style.limits().size() - 1));
      numbers.put("ARl", recall(members, AreaRange.LARGE, style.limits().size() - 1));
      return numbers;
    }
    numbers.put("AR@300", recall(members, AreaRange.ALL, 0));
    numbers.put("ARs@300", recall(members, AreaRange.SMALL, 0));
    numbers.put("ARm@300", recall(members, AreaRange.MEDIUM, 0));
    numbers.put("ARl@300", recall(members, AreaRange.LARGE, 0));
    return numbers;
  }

  private double precision(IntPredicate members, AreaRange range, int[] thresholds) {
    return mean(
        members,
        range,
        category -> {
          double sum = 0;
          for (int threshold : thresholds) {
            for (int point = 0; point < Grid.RECALL_COUNT; point++) {
              sum += category.precision(range, threshold, point);
            }
          }
          return sum / (thresholds.length * Grid.RECALL_COUNT);
        });
  }

  private double recall(IntPredicate members, AreaRange range, int limit) {
    return mean(
        members,
        range,
        category -> {
          double sum = 0;
          for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
            sum += category.recall(range, limit, threshold);
          }
          return sum / Grid.THRESHOLD_COUNT;
        });
  }

  /** Over the members with objects in that range; every one weighs the same. */
  private double mean(
      IntPredicate members, AreaRange range, ToDoubleFunction<CategoryCurves> number) {
    return IntStream.range(0, curves.size())
        .filter(members)
        .filter(category -> curves.get(category).isPresent(range))
        .mapToDouble(category -> number.applyAsDouble(curves.get(category)))
        .average()
        .orElse(UNDEFINED);
  }

  private static int[] allThresholds() {
    return IntStream.range(0, Grid.THRESHOLD_COUNT).toArray();
  }
}
