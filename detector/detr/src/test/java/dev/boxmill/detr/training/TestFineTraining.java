package dev.boxmill.detr.training;

import static dev.boxmill.detr.training.TestingAuthorsStep.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.criterion.MatchedPairs;
import dev.boxmill.detr.criterion.Noise;
import dev.boxmill.detr.criterion.TargetObject;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Losses, matchings and gradients of D-FINE and DEIMv2 as their authors' code computes them in
 * float64: make_golden_fine_training.py.
 */
final class TestFineTraining {

  /** The script's number of the same name. */
  private static final float SCALE = 0.25f;

  /** Relative, and absolute below 1. */
  private static final double LOSS = 1e-5;

  /** Of a tensor's largest entry. */
  private static final double GRADIENT = 2e-4;

  /**
   * Where their own numbers move by more if weights are off by float32's rounding: of that. A
   * BatchNorm over the few cells of a tiny image makes rounding large.
   */
  private static final double ROUNDING = 16;

  /** Of the largest gradient of all, for those that are zero in mathematics. */
  private static final double NOISE = 1e-6;

  private record Case(
      TrainableDetector detector, TrainingBatch batch, Noise.Source noise, Checkpoint golden) {}

  private static void with(String variant, BiConsumer<Case, LossGradient> check) {
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory(variant));
        Checkpoint golden =
            Checkpoint.openFile(TestingGolden.directory(variant).resolve("training.safetensors"));
        TrainableDetector detector =
            TrainableDetector.load(StartingPoint.of(files, 0), Device.cpu())) {
      assertThat(detector.start().drawn()).isEmpty();
      detector.write(scaled(detector));
      TrainingBatch batch = TestingAuthorsStep.batch(golden, golden.tensor("pixels"));
      Noise.Source noise = TestingStep.noise(golden);
      check.accept(
          new Case(detector, batch, noise, golden),
          detector.gradient(batch, detector.totals(batch), noise));
    }
  }

  /** As the script scales them. */
  private static float[] scaled(TrainableDetector detector) {
    float[] row = detector.read();
    for (Parameter parameter : detector.layout().parameters()) {
      if (parameter.shape().size() > 1) {
        for (int i = parameter.first(); i < parameter.first() + parameter.count(); i++) {
          row[i] *= SCALE;
        }
      }
    }
    return row;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dfine-affine", "deimv2-two-maps", "deimv2-lite"})
  void lossesAreTheAuthors(String variant) {
    with(
        variant,
        (step, found) -> {
          Map<String, Double> expected = new TreeMap<>();
          for (String name : step.golden().names()) {
            if (name.startsWith("loss.")) {
              expected.put(name.substring("loss.".length()), exact(step, name));
            }
          }
          // D-FINE's last layer is its own teacher
          expected.entrySet().removeIf(e -> e.getKey().contains("ddf") && e.getValue() == 0);
          assertThat(found.losses()).containsOnlyKeys(expected.keySet());
          expected.forEach(
              (name, loss) ->
                  assertThat(found.losses().get(name))
                      .as(name)
                      .isCloseTo(loss, within(tolerance(step) * Math.max(1, loss))));
          double total = exact(step, "total");
          assertThat(found.total()).isCloseTo(total, within(tolerance(step) * total));
        });
  }

  private static double tolerance(Case step) {
    return Math.max(LOSS, ROUNDING * exact(step, "rounding"));
  }

  private static double exact(Case step, String name) {
    return floats(step.golden(), name)[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"dfine-affine", "deimv2-two-maps", "deimv2-lite"})
  void matchingsAreTheAuthors(String variant) {
    with(
        variant,
        (step, found) -> {
          Map<String, MatchedPairs> matched =
              step.detector()
                  .matched(step.batch(), step.detector().totals(step.batch()), step.noise());
          Set<String> sets =
              step.golden().names().stream()
                  .filter(name -> name.startsWith("match."))
                  .map(name -> name.split("\\.")[1])
                  .collect(Collectors.toSet());
          assertThat(matched).containsOnlyKeys(sets);
          matched.forEach((set, pairs) -> assertThat(flat(pairs, step)).isEqualTo(flat(set, step)));
        });
  }

  /** Image, query, object; image, query, object; ... */
  private static List<Integer> flat(MatchedPairs pairs, Case step) {
    List<Integer> flat = new ArrayList<>();
    for (int i = 0; i < pairs.images().size(); i++) {
      List<TargetObject> objects = step.batch().objects().get(pairs.images().get(i));
      flat.add(pairs.images().get(i));
      flat.add(pairs.queries().get(i));
      flat.add(objects.indexOf(pairs.objects().get(i)));
    }
    return flat;
  }

  private static List<Integer> flat(String set, Case step) {
    List<Integer> flat = new ArrayList<>();
    for (int image = 0; image < step.batch().objects().size(); image++) {
      List<Integer> pairs = TestingAuthorsStep.numbers(step.golden(), "match." + set + "." + image);
      for (int i = 0; i < pairs.size(); i += 2) {
        flat.addAll(List.of(image, pairs.get(i), pairs.get(i + 1)));
      }
    }
    return flat;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dfine-affine", "deimv2-two-maps", "deimv2-lite"})
  void everyGradientIsTheAuthors(String variant) {
    with(
        variant,
        (step, found) -> {
          SortedSet<String> left =
              step.golden().names().stream()
                  .filter(name -> name.startsWith("grad."))
                  .collect(Collectors.toCollection(TreeSet::new));
          List<String> all = List.copyOf(left);
          float[] roundings = floats(step.golden(), "roundings");
          assertThat(roundings).hasSize(all.size());
          double most = 0;
          for (String name : left) {
            for (float value : floats(step.golden(), name)) {
              most = Math.max(most, Math.abs(value));
            }
          }
          List<String> wrong = new ArrayList<>();
          for (Parameter parameter : step.detector().layout().parameters()) {
            Set<String> names = new HashSet<>();
            parameter.copies().forEach(copy -> names.add("grad." + copy));
            names.retainAll(left);
            assertThat(names).as("gradients of %s", parameter.copies()).isNotEmpty();
            String name = names.iterator().next();
            double rounding = ROUNDING * roundings[all.indexOf(name)];
            double noise = Math.max(rounding, NOISE * most);
            wrong.addAll(difference(found, parameter, floats(step.golden(), name), noise));
            left.removeAll(names);
          }
          assertThat(wrong).isEmpty();
          assertThat(left).isEmpty();
        });
  }

  private static List<String> difference(
      LossGradient found, Parameter parameter, float[] expected, double noise) {
    float[] values =
        Arrays.copyOfRange(
            found.values(), parameter.first(), parameter.first() + parameter.count());
    assertThat(values).as(parameter.name()).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) values[i] - expected[i]));
    }
    return difference <= Math.max(GRADIENT * largest, noise)
        ? List.of()
        : List.of("%s: off by %s of %s".formatted(parameter.name(), difference, largest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dfine-affine", "deimv2-two-maps", "deimv2-lite"})
  void runningStatisticsAreTheAuthors(String variant) {
    with(
        variant,
        (step, found) -> {
          step.detector().follow(found.statistics());
          Map<String, Weight> tensors = step.detector().tensors();
          FloatBuffer expected = FloatBuffer.wrap(floats(step.golden(), "statistics"));
          for (String name : new TreeSet<>(tensors.keySet())) {
            if (name.contains("running_")) {
              float[] running = new float[tensors.get(name).values().remaining()];
              float[] theirs = new float[running.length];
              tensors.get(name).values().get(running);
              expected.get(theirs);
              assertThat(running).as(name).containsExactly(theirs, within(1e-4f));
            }
          }
          assertThat(expected.hasRemaining()).isFalse();
        });
  }
}
