package dev.boxmill.detr.detr;

import static dev.boxmill.detr.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.detr.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.checkpoint.Checkpoint;
import dev.boxmill.detr.checkpoint.JsonConfig;
import dev.boxmill.detr.checkpoint.TensorNames;
import dev.boxmill.detr.checkpoint.TestingGolden;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.TorchScriptException;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Step by step against transformers; make_golden.py made the references. */
final class TestDetrParity {
  private static final List<String> VARIANTS =
      List.of(
          "detr-bottleneck",
          "detr-basic-learned",
          "detr-timm-bottleneck-dc5",
          "detr-timm-basic-dc5",
          "detr-timm-names5",
          "detr-learned-names5",
          "detr-auxiliary-sharded");

  /** What make_golden.py says under THRESHOLD and TARGET. */
  private static final float MIN_SCORE = 0.3f;

  private static final ImageSize TARGET = new ImageSize(221, 150);

  /**
   * Relative root mean square that bfloat16's 8 bits may cost here; float16 has 3 bits more. In
   * these small random networks rounding errors have little to average over.
   */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_RESULTS = 0.1;
  private static final double FLOAT16_FEATURES = 0.004;
  private static final double FLOAT16_RESULTS = 0.02;

  static Stream<String> variants() {
    return VARIANTS.stream();
  }

  static Stream<Arguments> variantsAndConvolutions() {
    return VARIANTS.stream()
        .flatMap(
            variant -> Arrays.stream(Convolutions.values()).map(c -> Arguments.of(variant, c)));
  }

  @ParameterizedTest
  @MethodSource("variantsAndConvolutions")
  void everyStepMatches(String variant, Convolutions convolutions) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found =
          run(variant, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      Set<String> steps = new TreeSet<>(golden.names());
      steps.removeIf(name -> name.equals("pixels") || name.startsWith("detections"));
      assertThat(found).containsOnlyKeys(steps);
      for (String step : inOrder(steps)) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    Architecture architecture = architecture(variant);
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "forward", p -> p, Precision.FP32, pixels(golden));
      assertThat(found).containsOnlyKeys("c2", "c3", "c4", "c5", "logits", "boxes");
      for (int image = 0; image < 2; image++) {
        List<Detection> detections =
            architecture
                .postProcessing()
                .detections(found.get("logits"), found.get("boxes"), 12, image, MIN_SCORE);
        assertDetections(golden, "detections." + image, detections);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      float[] both = golden.floats("pixels");
      long[] shape = golden.shape("pixels");
      shape[0] = 1;
      FloatBuffer second = FloatBuffer.wrap(both, both.length / 2, both.length / 2).slice();
      Map<String, float[]> alone =
          run(variant, "forward", p -> p, Precision.FP32, m -> m.tensor(second, shape));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = golden.floats(result);
        float[] half = Arrays.copyOfRange(expected, expected.length / 2, expected.length);
        assertClose(result, alone.get(result), half, FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    assertDrift(variant, Precision.BF16, BFLOAT16_FEATURES, BFLOAT16_RESULTS);
  }

  /** What CUDA devices compute in; here by plain operators on the CPU. */
  @ParameterizedTest
  @MethodSource("variants")
  void float16DriftsLess(String variant) {
    assertDrift(variant, Precision.FP16, FLOAT16_FEATURES, FLOAT16_RESULTS);
  }

  private static void assertDrift(
      String variant, Precision precision, double features, double results) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", p -> p, precision, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "c5", "logits", "boxes")) {
        double most = step.startsWith("c") ? features : results;
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(most / 1000, most);
      }
    }
  }

  @Test
  void learnedPositionsEndWhereTheirTablesEnd() {
    float[] wide = new float[3 * 8 * 1632];
    assertThatThrownBy(
            () ->
                run(
                    "detr-basic-learned",
                    "forward",
                    p -> p,
                    Precision.FP32,
                    m -> m.tensor(wide, 1, 3, 8, 1632)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining(
            "the feature map has 1 rows and 51 columns (the checkpoint learned 50");
  }

  /** Earlier steps first, so that a failure names the step where it began. */
  private static List<String> inOrder(Set<String> steps) {
    List<String> kinds = List.of("c", "encoder", "decoder", "decoded", "logits", "boxes");
    return steps.stream()
        .sorted(Comparator.comparingInt(step -> kinds.indexOf(step.replaceAll("\\.?\\d+$", ""))))
        .toList();
  }

  private static void assertDetections(
      TestingGolden golden, String prefix, List<Detection> detections) {
    float[] scores = new float[detections.size()];
    float[] labels = new float[detections.size()];
    float[] boxes = new float[4 * detections.size()];
    for (int i = 0; i < detections.size(); i++) {
      scores[i] = detections.get(i).score();
      labels[i] = detections.get(i).labelId();
      Corners corners = detections.get(i).box().corners(TARGET);
      boxes[4 * i] = corners.xMin();
      boxes[4 * i + 1] = corners.yMin();
      boxes[4 * i + 2] = corners.xMax();
      boxes[4 * i + 3] = corners.yMax();
    }
    assertThat(labels).as(prefix).hasSizeGreaterThan(3);
    assertThat(labels).as(prefix).containsExactly(golden.floats(prefix + ".labels"));
    assertClose("scores", scores, golden.floats(prefix + ".scores"), FLOAT32_TOLERANCE);
    // pixels of an image 221 wide
    assertClose("boxes", boxes, golden.floats(prefix + ".boxes"), 221 * FLOAT32_TOLERANCE);
  }

  private static Function<TorchModule, Tensor> pixels(TestingGolden golden) {
    return module -> module.tensor(golden.floats("pixels"), golden.shape("pixels"));
  }

  private static Architecture architecture(String variant) {
    Path directory = TestingGolden.directory(variant);
    return Architecture.parse(JsonConfig.read(directory.resolve("config.json")));
  }

  private static Map<String, float[]> run(
      String variant,
      String entry,
      Function<Program, Program> change,
      Precision precision,
      Function<TorchModule, Tensor> pixels) {
    Architecture architecture = architecture(variant);
    try (Checkpoint checkpoint = Checkpoint.open(TestingGolden.directory(variant))) {
      Map<String, Weight> weights =
          TensorNames.select(checkpoint, architecture.tensors(), architecture.ignoredTensors());
      Program program = change.apply(architecture.program());
      try (TorchModule module = program.load(Device.cpu(), precision, weights);
          Tensor input = pixels.apply(module);
          Tensors out = module.run(entry, Map.of("pixels", input))) {
        Map<String, float[]> values = new TreeMap<>();
        out.forEach((name, tensor) -> values.put(name, tensor.floats()));
        return values;
      }
    }
  }
}
