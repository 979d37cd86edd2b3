package dev.boxmill.detr.training;

import static dev.boxmill.detr.training.TestingAuthorsStep.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Weight;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients as transformers and PyTorch compute them: make_golden_training.py. */
final class TestTrainingParity {

  /** Relative, and absolute below 1. */
  private static final double LOSS = 3e-5;

  /** Of a gradient's largest number, and of all gradients' for what is nothing but noise. */
  private static final double GRADIENT = 5e-4;

  private static final double NOISE = 2e-6;

  /** The script's number of the same name. */
  private static final int SAMPLES = 10;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "detr-auxiliary-sharded",
        "conditional-timm-auxiliary",
        "deformable-base",
        "deformable-two-stage",
        "rtdetr-basic"
      })
  void lossesAndGradientsAreTheReferences(String variant) {
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory(variant));
        Checkpoint golden =
            Checkpoint.openFile(TestingGolden.directory(variant).resolve("training.safetensors"));
        TestingGolden inputs = TestingGolden.open(variant);
        TrainableDetector detector =
            TrainableDetector.load(StartingPoint.of(files, 0), Device.cpu())) {
      TrainingBatch batch = TestingAuthorsStep.batch(golden, inputs.tensor("pixels"));
      LossGradient found =
          detector.gradient(batch, detector.totals(batch), TestingStep.noise(golden));
      assertLosses(found, golden);
      assertGradients(found, golden, detector.layout());
      assertStatistics(found, golden, detector);
    }
  }

  private static void assertLosses(LossGradient found, Checkpoint golden) {
    Map<String, Double> expected = new TreeMap<>();
    for (String name : golden.names()) {
      if (name.startsWith("loss.")) {
        expected.put(name.substring("loss.".length()), (double) floats(golden, name)[0]);
      }
    }
    assertThat(found.losses()).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (name, loss) ->
            assertThat(found.losses().get(name))
                .as(name)
                .isCloseTo(loss, within(LOSS * Math.max(1, loss))));
    double total = floats(golden, "total")[0];
    assertThat(found.total()).isCloseTo(total, within(LOSS * total));
  }

  private static void assertGradients(
      LossGradient found, Checkpoint golden, ParameterLayout layout) {
    Set<String> left =
        golden.names().stream().filter(n -> n.startsWith("grad.")).collect(Collectors.toSet());
    List<String> wrong = new ArrayList<>();
    double all = 0;
    for (String name : left) {
      all = Math.max(all, floats(golden, name)[1]);
    }
    for (Parameter parameter : layout.parameters()) {
      Set<String> names = new HashSet<>();
      parameter.copies().forEach(copy -> names.add("grad." + copy));
      names.retainAll(left);
      assertThat(names).as("gradients of %s", parameter.copies()).isNotEmpty();
      wrong.addAll(differences(found, parameter, floats(golden, names.iterator().next()), all));
      left.removeAll(names);
    }
    assertThat(wrong).as("gradients").isEmpty();
    // what transformers trains and the networks' authors don't: the backbone's first stages
    assertThat(left).allMatch(name -> name.contains("backbone"));
  }

  /**
   * Of one gradient.
   *
   * @param expected its norm, its largest number, and numbers at equal distances
   */
  private static List<String> differences(
      LossGradient found, Parameter parameter, float[] expected, double all) {
    List<String> wrong = new ArrayList<>();
    double tolerance = GRADIENT * expected[1] + NOISE * all;
    int stride = Math.max(1, parameter.count() / SAMPLES);
    double squares = 0;
    for (int i = 0; i < parameter.count(); i++) {
      double value = found.values()[parameter.first() + i];
      squares += value * value;
      if (i % stride == 0 && !(Math.abs(value - expected[2 + i / stride]) <= tolerance)) {
        wrong.add(parameter.name() + "[" + i + "]: " + value + " for " + expected[2 + i / stride]);
      }
    }
    double norm = Math.sqrt(squares);
    if (!(Math.abs(norm - expected[0]) <= tolerance * Math.sqrt(parameter.count()))) {
      wrong.add("norm of " + parameter.name() + ": " + norm + " for " + expected[0]);
    }
    return wrong;
  }

  private static void assertStatistics(
      LossGradient found, Checkpoint golden, TrainableDetector detector) {
    detector.follow(found.statistics());
    Map<String, Weight> tensors = detector.tensors();
    for (String name : golden.names()) {
      if (name.startsWith("statistic.")) {
        float[] expected = floats(golden, name);
        float[] running = new float[expected.length];
        tensors.get(name.substring("statistic.".length())).values().get(running);
        assertThat(running).as(name).containsExactly(expected, within(1e-4f));
      }
    }
  }
}
