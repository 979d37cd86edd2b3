package dev.boxmill.detr.criterion;

import dev.boxmill.detr.criterion.CriterionSettings.BoxPairs;
import dev.boxmill.detr.criterion.CriterionSettings.ClassLoss;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Matches predictions with objects and computes losses, and their slopes, on a device. */
public final class Criterion implements AutoCloseable {

  /** Weight of "no object" in the cross entropy, and focal loss's alpha: the authors' all. */
  private static final double NO_OBJECT_WEIGHT = 0.1;

  private static final double FOCAL_ALPHA = 0.25;
  private static final double VARIFOCAL_ALPHA = 0.75;
  private static final double MATCHABILITY_GAMMA = 1.5;

  /** D-FINE weighs matched and other queries as if a batch had so many images. */
  private static final double USUAL_IMAGES = 8;

  private static final int SIDES = 4;

  /** How the names of sets of denoising queries begin. */
  private static final String DENOISING = "dn_";

  /** The set of tokens that learn whether there is an object, but not of which class. */
  private static final String ONE_CLASS = "enc";

  private final CriterionSettings settings;
  private final TorchModule module;

  private Criterion(CriterionSettings settings, TorchModule module) {
    this.settings = settings;
    this.module = module;
  }

  /** Loads the program; predictions must lie on the same device. */
  public static Criterion load(CriterionSettings settings, Device device) {
    return new Criterion(settings, program(settings).loadWithoutWeights(device, Precision.FP32));
  }

  /** The text of {@code matching_costs} and {@code losses}. */
  public static Program program(CriterionSettings settings) {
    Map<String, Object> constants = new HashMap<>();
    constants.put("CLASS_LOSS", settings.classLoss().name().toLowerCase(Locale.ROOT));
    constants.put("CLASS_COST", settings.matching().ofClass());
    constants.put("L1_COST", settings.matching().l1());
    constants.put("GIOU_COST", settings.matching().giou());
    constants.put("CLASS_WEIGHT", settings.losses().ofClass());
    constants.put("L1_WEIGHT", settings.losses().l1());
    constants.put("GIOU_WEIGHT", settings.losses().giou());
    constants.put("GIOU_EPS", settings.giouEpsilon());
    constants.put("NO_OBJECT_WEIGHT", NO_OBJECT_WEIGHT);
    constants.put("FOCAL_ALPHA", FOCAL_ALPHA);
    constants.put("VARIFOCAL_ALPHA", VARIFOCAL_ALPHA);
    constants.put("MATCHABILITY_GAMMA", MATCHABILITY_GAMMA);
    constants.put("DISTRIBUTIONS_LEARN", settings.distributions().isPresent());
    settings
        .distributions()
        .ifPresentOrElse(
            weights -> {
              constants.put("LOCALIZATION_WEIGHT", weights.localization());
              constants.put("DISTILLATION_WEIGHT", weights.distillation());
            },
            () -> {
              constants.put("LOCALIZATION_WEIGHT", 0.0);
              constants.put("DISTILLATION_WEIGHT", 0.0);
            });
    return Program.of(Criterion.class, "criterion.py").with(constants);
  }

  /**
   * Assigns objects to predictions, each set by itself.
   *
   * @param predictions of each set, "logits.SET" and "boxes.SET"; left open
   * @param objects of each image of the batch
   */
  public Map<String, MatchedPairs> match(
      Map<String, Tensor> predictions, List<List<TargetObject>> objects) {
    Map<String, MatchedPairs> matched = new TreeMap<>();
    Map<String, Tensor> others = new HashMap<>(predictions);
    others.keySet().removeIf(name -> set(name).startsWith(DENOISING));
    Map<String, Tensor> ofOneClass = new HashMap<>(others);
    ofOneClass.keySet().removeIf(name -> !set(name).equals(ONE_CLASS));
    others.keySet().removeAll(ofOneClass.keySet());
    matched.putAll(matchSets(others, objects));
    matched.putAll(matchSets(ofOneClass, objects.stream().map(Criterion::withoutClass).toList()));
    return matched;
  }

  private static List<TargetObject> withoutClass(List<TargetObject> objects) {
    return objects.stream().map(object -> new TargetObject(0, object.box())).toList();
  }

  private Map<String, MatchedPairs> matchSets(
      Map<String, Tensor> predictions, List<List<TargetObject>> objects) {
    Map<String, Tensor> inputs = new HashMap<>(predictions);
    try (TensorScope scope = new TensorScope(module)) {
      for (int image = 0; image < objects.size(); image++) {
        if (!objects.get(image).isEmpty()) {
          inputs.put("labels." + image, scope.labels(objects.get(image)));
          inputs.put("objects." + image, scope.boxes(objects.get(image)));
        }
      }
      try (Tensors costs = module.run("matching_costs", inputs)) {
        Map<String, MatchedPairs> matched = new TreeMap<>();
        for (String set : sets(predictions)) {
          matched.put(set, MatchedPairs.ofLeastCost(costs, set, objects));
        }
        return matched;
      }
    }
  }

  private static String set(String prediction) {
    return prediction.substring(prediction.indexOf('.') + 1);
  }

  /** The names of all sets. */
  static List<String> sets(Map<String, Tensor> predictions) {
    return predictions.keySet().stream()
        .filter(name -> name.startsWith("logits."))
        .map(name -> name.substring("logits.".length()))
        .sorted()
        .toList();
  }

  /**
   * The losses of matched sets and how they depend on each prediction.
   *
   * @param predictions as for {@link #match}; left open
   * @param matched what {@link #match} returned
   * @param denoising queries whose predictions are the sets "dn_LAYER"
   * @param objects of each image of the batch
   * @param totals of the step that the batch belongs to
   * @return to be closed by the caller
   */
  public SetLosses losses(
      Map<String, Tensor> predictions,
      Map<String, MatchedPairs> matched,
      Optional<DenoisingQueries> denoising,
      List<List<TargetObject>> objects,
      StepTotals totals) {
    Map<String, Tensor> inputs = new HashMap<>(predictions);
    Optional<MatchedPairs> union =
        settings.boxes() == BoxPairs.UNION
            ? Optional.of(PairUnion.of(matched.values(), objects))
            : Optional.empty();
    try (TensorScope scope = new TensorScope(module)) {
      for (String set : sets(predictions)) {
        long queries = predictions.get("boxes." + set).shape().get(1);
        put(
            inputs,
            set,
            set.startsWith(DENOISING)
                ? denoising.orElseThrow().targets(totals)
                : targets(matched.get(set), union, queries, objects, totals),
            scope);
        if (settings.distributions().isPresent() && !set.startsWith(DENOISING)) {
          putShares(inputs, union.orElseThrow(), queries, objects.size(), totals, scope);
        }
      }
      return new SetLosses(settings, module.runRecorded("losses", inputs));
    }
  }

  /**
   * How the distillation weighs matched queries and the others, and the batch's images those of the
   * step: it is a mean over a batch, which no total of the step could divide.
   */
  private static void putShares(
      Map<String, Tensor> inputs,
      MatchedPairs union,
      long queries,
      int images,
      StepTotals totals,
      TensorScope scope) {
    double scale = USUAL_IMAGES / images;
    double matched = SIDES * union.images().size();
    double others = SIDES * ((double) queries * images) - matched;
    double weight = Math.sqrt(matched * scale);
    double weightOfOthers = Math.sqrt(others * scale);
    double share = (double) images / totals.images() / (weight + weightOfOthers);
    inputs.put("matched_share", scope.number(weight * share));
    inputs.put("other_share", scope.number(weightOfOthers * share));
  }

  private SetTargets targets(
      MatchedPairs pairs,
      Optional<MatchedPairs> union,
      long queries,
      List<List<TargetObject>> objects,
      StepTotals totals) {
    double classes = classDivisor(totals, queries);
    if (union.isEmpty()) {
      return new SetTargets(pairs, pairs, classes, Math.max(totals.objects(), 1), false);
    }
    return new SetTargets(
        pairs, union.get(), classes, unionDivisor(union.get(), objects, totals), false);
  }

  /** Pairs that the whole step has, if all its objects have as many as this batch's. */
  private static double unionDivisor(
      MatchedPairs union, List<List<TargetObject>> objects, StepTotals totals) {
    long inBatch = objects.stream().mapToLong(List::size).sum();
    double pairs = union.images().size();
    return inBatch == 0 ? 1 : Math.max(pairs * totals.objects() / inBatch, 1);
  }

  private static void put(
      Map<String, Tensor> inputs, String set, SetTargets targets, TensorScope scope) {
    MatchedPairs pairs = targets.pairs();
    inputs.put("image." + set, scope.numbers(pairs.images()));
    inputs.put("query." + set, scope.numbers(pairs.queries()));
    inputs.put("label." + set, scope.labels(pairs.objects()));
    inputs.put("object." + set, scope.boxes(pairs.objects()));
    MatchedPairs boxes = targets.boxPairs();
    inputs.put("box_image." + set, scope.numbers(boxes.images()));
    inputs.put("box_query." + set, scope.numbers(boxes.queries()));
    inputs.put("box_object." + set, scope.boxes(boxes.objects()));
    inputs.put("class_divisor." + set, scope.number(targets.classDivisor()));
    inputs.put("box_divisor." + set, scope.number(targets.boxDivisor()));
    if (targets.matchedAlone()) {
      inputs.put("matched_alone." + set, scope.number(1));
    }
  }

  /** Cross entropy is a weighted mean over all predictions; focal loss is a sum for each object. */
  private double classDivisor(StepTotals totals, long queries) {
    if (settings.classLoss() == ClassLoss.SOFTMAX) {
      long others = totals.images() * queries - totals.matched();
      return totals.matched() + NO_OBJECT_WEIGHT * others;
    }
    return Math.max(totals.objects(), 1);
  }

  @Override
  public void close() {
    module.close();
  }
}
