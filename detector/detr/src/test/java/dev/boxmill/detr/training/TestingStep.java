package dev.boxmill.detr.training;

import static dev.boxmill.detr.training.TestingAuthorsStep.floats;
import static dev.boxmill.detr.training.TestingAuthorsStep.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.criterion.Noise;
import dev.boxmill.detr.training.AdamW.Rates;
import dev.boxmill.torchscript.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Compares a step of training with the authors'. */
final class TestingStep {

  /** Relative, and absolute below 1; of what the authors' code computes in float64. */
  private static final double LOSS = 1e-5;

  /**
   * Of what their own float32 was off by, where that is more: processors with AVX2 alone add in
   * another order than theirs, and come to five times as much.
   */
  private static final double ROUNDING = 6;

  /**
   * Of a tensor's largest entry, and of the whole gradient's norm for what is nothing but noise.
   */
  private static final double GRADIENT = 2e-4;

  private static final double NOISE = 1e-6;

  /**
   * Weights tried that differ by float32's rounding. Where a sampling point lies on the border of
   * two cells, a gradient has two values, and which one is found depends on the processor.
   */
  private static final int NEIGHBORS = 16;

  private static final double ULP = Math.pow(2, -23);

  /**
   * Of the learning rate. The first step moves each number by about that, whatever its slope: where
   * the slope is rounding noise, nobody knows which way.
   */
  private static final double STEP = 1;

  private static final double OPTIMIZER = 1e-6;

  /** Mean of the differences of all numbers, absolute. */
  private static final double MEAN = 1e-7;

  private TestingStep() {}

  static void assertSame(TestingAuthorsStep authors, Checkpoint theirs, DetectorFiles files) {
    try (TrainableDetector detector = TrainableDetector.load(authors.start(files), Device.cpu())) {
      TrainingBatch batch = authors.batch(theirs);
      Noise.Source noise = noise(theirs);
      LossGradient found = detector.gradient(batch, detector.totals(batch), noise);
      assertLosses(authors, found, theirs, batch.objects().stream().anyMatch(o -> !o.isEmpty()));
      if (authors.hasGradients()) {
        assertGradients(authors, theirs, detector, batch, noise, found);
      }
      if (authors.hasSteps()) {
        assertSteps(authors, theirs, detector, batch, noise);
      }
    }
  }

  /** What was drawn for it. */
  static Noise.Source noise(Checkpoint theirs) {
    if (theirs.names().contains("dn.groups")) {
      return new AuthorsNoise(theirs);
    }
    return (image, group, side, object) -> {
      throw new AssertionError("Their training draws no noise");
    };
  }

  private static void assertLosses(
      TestingAuthorsStep authors, LossGradient found, Checkpoint theirs, boolean hasObjects) {
    double rounding = ROUNDING * authors.lossRounding();
    List<String> wrong = new ArrayList<>();
    for (String name : theirs.names()) {
      if (name.startsWith("weight.")) {
        String loss = name.substring("weight.".length());
        double expected = authors.exactLoss(loss);
        String ours = loss.replaceAll("^tgt_(loss_[a-z]+)", "$1_dn");
        if (!hasObjects && ours.contains("_dn")) {
          assertThat(expected).isZero();
          continue;
        }
        double difference = Math.abs(found.losses().get(ours) - expected);
        if (!(difference <= Math.max(LOSS * Math.max(1, Math.abs(expected)), rounding))) {
          wrong.add(loss + ": " + found.losses().get(ours) + " for " + expected);
        }
      }
    }
    assertThat(wrong).isEmpty();
    double total = floats(theirs, "total")[0];
    assertThat(Math.abs(found.total() - total)).as("total").isLessThan(LOSS * total);
  }

  /** Of these weights, or of some that differ from them by rounding. */
  private static void assertGradients(
      TestingAuthorsStep authors,
      Checkpoint theirs,
      TrainableDetector detector,
      TrainingBatch batch,
      Noise.Source noise,
      LossGradient found) {
    List<String> wrong = wrongGradients(authors, found, theirs, detector.layout());
    float[] weights = detector.read();
    for (int seed = 0; seed < NEIGHBORS && !wrong.isEmpty(); seed++) {
      detector.write(rounded(weights, new SplittableRandom(seed)));
      LossGradient near = detector.gradient(batch, detector.totals(batch), noise);
      if (wrongGradients(authors, near, theirs, detector.layout()).isEmpty()) {
        wrong = List.of();
      }
    }
    detector.write(weights);
    assertThat(wrong).as("gradients").isEmpty();
  }

  private static float[] rounded(float[] weights, SplittableRandom random) {
    float[] rounded = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      rounded[i] = (float) (weights[i] * (1 + ULP * (2 * random.nextDouble() - 1)));
    }
    return rounded;
  }

  private static List<String> wrongGradients(
      TestingAuthorsStep authors, LossGradient found, Checkpoint theirs, ParameterLayout layout) {
    Map<String, Parameter> parameters = new HashMap<>();
    layout.parameters().forEach(p -> p.copies().forEach(name -> parameters.put(name, p)));
    List<String> trainable =
        stream(authors.settings().required("trainable")).map(JsonNode::textValue).toList();
    assertThat(parameters).containsKeys(trainable.toArray(String[]::new));
    assertThat(layout.parameters()).hasSameSizeAs(trainable);
    double norm = floats(theirs, "grad_norm")[0];
    List<String> wrong = new ArrayList<>();
    for (String name : trainable) {
      Parameter parameter = parameters.get(name);
      float[] expected = floats(theirs, "grad." + name);
      float[] values =
          Arrays.copyOfRange(
              found.values(), parameter.first(), parameter.first() + parameter.count());
      assertThat(values).as(name).hasSameSizeAs(expected);
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < values.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs((double) values[i] - expected[i]));
      }
      if (!(difference <= GRADIENT * largest + NOISE * norm)) {
        wrong.add("%s: off by %s of %s".formatted(name, difference, largest));
      }
    }
    return wrong;
  }

  /** The optimizer alone on their gradient, then steps of ours, each with the same batch. */
  private static void assertSteps(
      TestingAuthorsStep authors,
      Checkpoint theirs,
      TrainableDetector detector,
      TrainingBatch batch,
      Noise.Source noise) {
    ParameterLayout layout = detector.layout();
    Function<Parameter, Rates> rates = authors.rates();
    List<Integer> saved =
        stream(authors.step().required("adamw").required("saved")).map(JsonNode::intValue).toList();
    float[] row = detector.read();
    if (saved.contains(1)) {
      float[] alone = row.clone();
      AdamW.start(layout, rates).step(alone, gradient(theirs, layout), 1, AdamW.CLIP_NORM);
      assertRow("optimizer alone", alone, theirs, layout, 1, OPTIMIZER);
    }
    double rate = authors.hyperparameter("lr").doubleValue();
    AdamW adamW = AdamW.start(layout, rates);
    int steps = authors.step().required("adamw").required("steps").intValue();
    float[] totals = floats(theirs, "adamw.totals");
    float[] norms = floats(theirs, "adamw.grad_norms");
    for (int step = 1; step <= steps; step++) {
      LossGradient found = detector.gradient(batch, detector.totals(batch), noise);
      double norm = adamW.step(row, found.values(), 1, AdamW.CLIP_NORM);
      detector.write(row);
      assertThat(found.total()).isCloseTo(totals[step - 1], withinPercentage(0.01));
      assertThat(norm).isCloseTo(norms[step - 1], withinPercentage(0.1));
      if (saved.contains(step)) {
        assertRow("step " + step, row, theirs, layout, step, STEP * step * rate);
      }
    }
  }

  private static float[] gradient(Checkpoint theirs, ParameterLayout layout) {
    float[] gradient = new float[layout.count()];
    for (Parameter parameter : layout.parameters()) {
      float[] values = floats(theirs, "grad." + name(parameter, "grad.", theirs));
      System.arraycopy(values, 0, gradient, parameter.first(), values.length);
    }
    return gradient;
  }

  private static String name(Parameter parameter, String prefix, Checkpoint theirs) {
    return parameter.copies().stream()
        .filter(name -> theirs.names().contains(prefix + name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + prefix + " of " + parameter.copies()));
  }

  private static void assertRow(
      String what, float[] row, Checkpoint theirs, ParameterLayout layout, int step, double most) {
    double sum = 0;
    String worst = "";
    double largest = 0;
    for (Parameter parameter : layout.parameters()) {
      String prefix = "adamw.step" + step + ".";
      float[] expected = floats(theirs, prefix + name(parameter, prefix, theirs));
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs((double) row[parameter.first() + i] - expected[i]);
        sum += difference;
        if (difference > largest) {
          largest = difference;
          worst = parameter.name() + "[" + i + "]";
        }
      }
    }
    assertThat(largest).as("%s: %s", what, worst).isLessThan(most);
    assertThat(sum / layout.count()).as("%s: mean difference", what).isLessThan(MEAN * step);
  }
}
