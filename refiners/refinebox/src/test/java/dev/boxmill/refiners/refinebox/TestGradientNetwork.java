package dev.boxmill.refiners.refinebox;

import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.refiners.refinebox.training.AdamW;
import dev.boxmill.refiners.refinebox.training.GradientNetwork;
import dev.boxmill.refiners.refinebox.training.InitialParameters;
import dev.boxmill.refiners.refinebox.training.LossGradient;
import dev.boxmill.refiners.refinebox.training.MatchedBox;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.schemas.Box;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gradients against PyTorch's autograd over plain modules (see {@code
 * src/test/python/make_golden.py}), and what they are good for.
 */
final class TestGradientNetwork {

  private static final List<Integer> CHANNELS = List.of(8, 12, 16, 24);
  private static final ParameterLayout LAYOUT = ParameterLayout.of(CHANNELS);
  private static final String NAME = "gradient";

  /** Of tensors with more values every 16th is in the golden file. */
  private static final int WHOLE = 2000;

  private static final int STRIDE = 16;

  /**
   * The reference is float64; ReLU's kinks and norms of flat features make the most of rounding.
   */
  private static final double FLOAT32_DRIFT = 0.015;

  @TempDir private Path folder;

  private final TestingCase given = TestingCase.of(NAME, CHANNELS, TestingCase.Sign.ANY);

  @Test
  void gradientsAreAutogradsOverTheReference() {
    try (TestingGolden golden = TestingGolden.open(NAME);
        TorchModule maps = mapsOnly()) {
      LossGradient found = gradient(maps, weights(), matched(golden));

      float loss = golden.floats("loss")[0];
      assertThat(found.loss()).isCloseTo(loss, within(1e-5 * loss));
      assertThat(found.boxes()).isEqualTo(16);
      Map<String, Weight> byName = LAYOUT.tensors(found.values());
      assertThat(byName).hasSize(51);
      byName.forEach(
          (name, tensor) ->
              assertThat(relativeDrift(kept(tensor), golden.floats(name)))
                  .as(name)
                  .isLessThan(FLOAT32_DRIFT));
    }
  }

  @Test
  void theSumOfTwoShardsIsTheWhole() {
    try (TestingGolden golden = TestingGolden.open(NAME);
        TorchModule maps = mapsOnly()) {
      List<MatchedBox> all = matched(golden);
      LossGradient whole = gradient(maps, weights(), all);
      LossGradient first = gradient(maps, weights(), all.subList(0, 7));
      LossGradient rest = gradient(maps, weights(), all.subList(7, 16));
      assertThat(first.loss() + rest.loss()).isCloseTo(whole.loss(), within(1e-4));
      float[] sum = new float[LAYOUT.count()];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = first.values()[i] + rest.values()[i];
      }
      // Not element by element: a unit of a ReLU within rounding of zero may flip with the batch.
      assertThat(relativeDrift(sum, whole.values())).isLessThan(FLOAT32_DRIFT);
    }
  }

  @Test
  void mapsInBfloat16GiveNearlyTheSameGradient() {
    try (TestingGolden golden = TestingGolden.open(NAME);
        TorchModule maps = mapsOnly();
        TorchModule rounding = rounding()) {
      LossGradient exact = gradient(maps, weights(), matched(golden));
      LossGradient rounded = gradient(given.rounded(rounding), weights(), matched(golden));
      assertThat(rounded.loss()).isCloseTo(exact.loss(), within(0.01 * exact.loss()));
      assertThat(relativeDrift(rounded.values(), exact.values())).isBetween(1e-6, 0.1);
    }
  }

  @Test
  void stepsAlongTheGradientBringBoxesToTheirObjects() {
    float[] row = InitialParameters.draw(LAYOUT, 5);
    AdamW optimizer = AdamW.start(LAYOUT);
    List<Double> losses = new ArrayList<>();
    try (TestingGolden golden = TestingGolden.open(NAME);
        TorchModule maps = mapsOnly()) {
      List<MatchedBox> few = matched(golden).subList(0, 2);
      for (int step = 0; step < 20; step++) {
        LossGradient found = gradient(maps, row, few);
        losses.add(found.loss() / found.boxes());
        double[] mean = new double[row.length];
        for (int i = 0; i < mean.length; i++) {
          mean[i] = found.values()[i] / (double) found.boxes();
        }
        optimizer.step(row, mean, 5e-3);
      }
    }
    assertThat(losses.get(19)).isLessThan(0.7 * losses.get(0));
  }

  @Test
  void firstWeightsAreDrawnBySeedInTheLibrariesRanges() {
    float[] row = InitialParameters.draw(LAYOUT, 5);
    assertThat(row).isEqualTo(InitialParameters.draw(LAYOUT, 5));
    assertThat(row).isNotEqualTo(InitialParameters.draw(LAYOUT, 6));
    Map<String, Weight> tensors = LAYOUT.tensors(row);
    assertThat(largest(tensors.get("bboxes_refiner.bboxes_deltas.weight"))).isBetween(0.1, 0.125);
    assertThat(largest(tensors.get("bboxes_refiner.reg_module.0.weight"))).isBetween(0.12, 0.125);
    assertThat(largest(tensors.get("channel_mapper.fpn_lateral2.bias"))).isZero();
    assertThat(largest(tensors.get("bboxes_refiner.res_block.0.conv1.norm.weight"))).isEqualTo(1);
  }

  @Test
  void firstWeightsMayMoveBoxesLess() {
    Map<String, Weight> all = LAYOUT.tensors(InitialParameters.draw(LAYOUT, 5));
    Map<String, Weight> less = LAYOUT.tensors(InitialParameters.draw(LAYOUT, 5, 0.5));
    all.forEach(
        (name, weight) ->
            assertThat(largest(less.get(name)))
                .as(name)
                .isEqualTo(name.contains("bboxes_deltas") ? largest(weight) / 2 : largest(weight)));
  }

  private static double largest(Weight tensor) {
    double largest = 0;
    for (float value : kept(tensor)) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void refusesObjectsWithoutArea() {
    Box box = new Box(0.4f, 0.5f, 0.2f, 0.3f);
    Box flat = new Box(0.4f, 0.5f, 0.2f, 0);
    assertThatThrownBy(() -> new MatchedBox(0, box, flat))
        .hasMessageContaining("Invalid object")
        .hasMessageContaining("must have an area");
  }

  private LossGradient gradient(TorchModule maps, float[] row, List<MatchedBox> matched) {
    return gradient(given.features(maps), row, matched);
  }

  private LossGradient gradient(FeatureMaps features, float[] row, List<MatchedBox> matched) {
    try (GradientNetwork network = GradientNetwork.load(Device.cpu(), LAYOUT);
        GradientNetwork.Weights weights = network.weights(row)) {
      return network.gradient(weights, features, matched);
    } finally {
      features.levels().stream().map(FeatureMap::values).forEach(map -> map.close());
    }
  }

  private float[] weights() {
    return LAYOUT.read(TestingWeights.write(folder.resolve("w.safetensors"), CHANNELS), CHANNELS);
  }

  /** Feature maps have to come from some module. */
  private static TorchModule mapsOnly() {
    Program program = RefineBoxNetwork.program(TestingCase.STEPS, 100);
    return program.loadWithoutWeights(Device.cpu(), Precision.FP32);
  }

  private static TorchModule rounding() {
    return Program.of(TestGradientNetwork.class, "bfloat16.py")
        .loadWithoutWeights(Device.cpu(), Precision.FP32);
  }

  private static List<MatchedBox> matched(TestingGolden golden) {
    float[] boxes = golden.floats("boxes");
    float[] targets = golden.floats("targets");
    float[] images = golden.floats("images");
    List<MatchedBox> matched = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      matched.add(new MatchedBox((int) images[i], Box.at(boxes, 4 * i), Box.at(targets, 4 * i)));
    }
    return matched;
  }

  private static float[] kept(Weight tensor) {
    float[] all = new float[tensor.values().remaining()];
    tensor.values().get(all);
    if (all.length <= WHOLE) {
      return all;
    }
    float[] kept = new float[(all.length + STRIDE - 1) / STRIDE];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = all[STRIDE * i];
    }
    return kept;
  }
}
